#include "base/checked_json.h"

#include <fmt/format.h>

#include <cmath>

#include "base/errors.h"

namespace gravbench::checked {
namespace {

/// Short, and without a look into what is nested: a value may be nested deeper than any stack.
std::string shown(const Json& value) {
    constexpr std::size_t most = 60;
    if (value.is_structured()) {
        return value.is_array() ? "a list" : "an object";
    }
    const std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
    return text.size() <= most ? text : text.substr(0, most) + "...";
}

bool is_integer_in(const Json& value, Range range) {
    if (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>())) {
        return false;
    }
    return value.is_number_integer() && value.get<std::int64_t>() >= range.least &&
           value.get<std::int64_t>() <= range.most;
}

bool is_finite(const Json& value) {
    return value.is_number() && std::isfinite(value.get<double>());
}

/// A member for which `is_right`; what it is not is said in the words of `expected`.
template <typename Check>
const Json& right_member(const Json& object, std::string_view key, const std::string& where, std::string_view expected,
                         Check is_right) {
    const Json& found = member(object, key, expected, where);
    if (!is_right(found)) {
        throw_unexpected(place_of(where, key), expected, found);
    }
    return found;
}

template <typename Item, typename Check>
std::vector<Item> items(const Json& object, std::string_view key, const std::string& where, std::string_view expected,
                        Check is_right) {
    std::vector<Item> result;
    const Json& found = list(object, key, where);
    result.reserve(found.size());
    for (const Json& item : found) {
        if (!is_right(item)) {
            throw_unexpected(place_of(where, key, result.size()), expected, item);
        }
        result.push_back(item.get<Item>());
    }
    return result;
}

}  // namespace

std::string words_for(Range range) {
    if (range.most == Range().most) {
        return range.least == Range().least ? "a whole number" : fmt::format("a whole number from {}", range.least);
    }
    return fmt::format("a whole number from {} to {}", range.least, range.most);
}

void throw_unexpected(const std::string& place, std::string_view expected, const Json& found) {
    throw DataError(fmt::format("{}: expected {}, found {}", place, expected, shown(found)));
}

std::string place_of(const std::string& where, std::string_view key) {
    return fmt::format("{}.{}", where, key);
}

std::string place_of(const std::string& where, std::string_view key, std::size_t index) {
    return fmt::format("{}.{}[{}]", where, key, index);
}

void check_object(const Json& json, const std::string& where) {
    if (!json.is_object()) {
        throw_unexpected(where, "an object", json);
    }
}

const Json& member(const Json& object, std::string_view key, std::string_view expected, const std::string& where) {
    check_object(object, where);
    const auto found = object.find(key);
    if (found == object.end()) {
        throw DataError(fmt::format("{}: expected {}, found nothing", place_of(where, key), expected));
    }
    return *found;
}

const Json& object(const Json& object, std::string_view key, const std::string& where) {
    return right_member(object, key, where, "an object", [](const Json& value) { return value.is_object(); });
}

const Json& list(const Json& object, std::string_view key, const std::string& where) {
    return right_member(object, key, where, "a list", [](const Json& value) { return value.is_array(); });
}

std::string text(const Json& object, std::string_view key, const std::string& where) {
    return right_member(object, key, where, "a text", [](const Json& value) { return value.is_string(); })
        .get<std::string>();
}

bool truth(const Json& object, std::string_view key, const std::string& where) {
    return right_member(object, key, where, "true or false", [](const Json& value) { return value.is_boolean(); })
        .get<bool>();
}

std::int64_t integer(const Json& object, std::string_view key, Range range, const std::string& where) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found != object.end() && is_integer_in(*found, range)) {
        return found->get<std::int64_t>();
    }
    const std::string expected = words_for(range);
    throw_unexpected(place_of(where, key), expected, member(object, key, expected, where));
}

int small_integer(const Json& object, std::string_view key, const std::string& where) {
    return static_cast<int>(integer(object, key, small_not_negative, where));
}

double number(const Json& object, std::string_view key, const std::string& where) {
    return right_member(object, key, where, "a number", is_finite).get<double>();
}

double number_not_negative(const Json& object, std::string_view key, const std::string& where) {
    return right_member(object, key, where, "a number from 0",
                        [](const Json& value) { return is_finite(value) && value.get<double>() >= 0; })
        .get<double>();
}

std::vector<std::int64_t> integers(const Json& object, std::string_view key, Range range, const std::string& where) {
    return items<std::int64_t>(object, key, where, words_for(range),
                               [range](const Json& value) { return is_integer_in(value, range); });
}

std::vector<double> numbers(const Json& object, std::string_view key, const std::string& where) {
    return items<double>(object, key, where, "a number", is_finite);
}

std::vector<std::string> texts(const Json& object, std::string_view key, const std::string& where) {
    return items<std::string>(object, key, where, "a text", [](const Json& value) { return value.is_string(); });
}

std::map<std::string, std::string> text_map(const Json& json, std::string_view key, const std::string& where) {
    std::map<std::string, std::string> result;
    for (const auto& [name, value] : object(json, key, where).items()) {
        if (!value.is_string()) {
            throw_unexpected(place_of(place_of(where, key), name), "a text", value);
        }
        result[name] = value.get<std::string>();
    }
    return result;
}

bool has(const Json& object, std::string_view key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && !found->is_null();
}

}  // namespace gravbench::checked
