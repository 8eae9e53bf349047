#include "document/text_values.h"

#include <fmt/format.h>

#include <array>

#include "base/errors.h"

namespace gravbench::document {

using simdjson::ondemand::array;
using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

namespace {

std::string name_of(json_type type) {
    switch (type) {
        case json_type::array:
            return "a list";
        case json_type::object:
            return "an object";
        case json_type::number:
            return "a number";
        case json_type::string:
            return "a text";
        case json_type::boolean:
            return "true or false";
        case json_type::null:
            return "null";
    }
    return "something else";
}

[[noreturn]] void throw_unexpected(const Place& place, std::string_view expected, value found) {
    throw DataError(fmt::format("{}: expected {}, found {}", place.text(), expected, name_of(found.type())));
}

/// For what has begun as it should, and then was not.
[[noreturn]] void throw_damaged(const Place& place) {
    throw DataError(place.text() + ": damaged, or no JSON");
}

/// Throws where it is of another type.
void check_type(value found, json_type type, const Place& place) {
    if (found.type() != type) {
        throw_unexpected(place, name_of(type), found);
    }
}

Json number_json(value found) {
    std::int64_t whole = 0;
    if (found.get_int64().get(whole) == simdjson::SUCCESS) {
        return whole < 0 ? Json(whole) : Json(static_cast<std::uint64_t>(whole));
    }
    std::uint64_t large = 0;
    return found.get_uint64().get(large) == simdjson::SUCCESS ? Json(large) : Json(double(found.get_double()));
}

std::size_t deeper(std::size_t depth, const Place& place) {
    if (depth == most_depth) {
        throw DataError(place.text() + ": brackets are nested too deeply");
    }
    return depth + 1;
}

/// Most objects have no more: growing to it step by step would move each member several times.
constexpr std::size_t usual_members = 8;

Json object_json(object found, const Place& place, std::size_t depth) {
    Json json = Json::object();
    json.get_ref<Json::object_t&>().reserve(usual_members);
    for (auto field : found) {
        if (json.size() == most_members) {
            throw DataError(fmt::format("{}: more than {} members", place.text(), most_members));
        }
        std::string name(std::string_view(field.unescaped_key()));
        if (!json.get_ref<Json::object_t&>().emplace(name, small_json(field.value(), place, depth)).second) {
            throw DataError(fmt::format("{}: \"{}\" stands there twice", place.text(), name));
        }
    }
    return json;
}

Json array_json(array found, const Place& place, std::size_t depth) {
    Json json = Json::array();
    for (value item : found) {
        json.push_back(small_json(item, place, depth));
    }
    return json;
}

}  // namespace

std::string Place::text() const {
    const std::string before = up == nullptr ? "" : up->text();
    if (index != none) {
        return fmt::format("{}[{}]", before, index);
    }
    return before.empty() ? std::string(name) : fmt::format("{}.{}", before, name);
}

void MembersOnce::throw_not_added(std::string_view name, const Place& place) const {
    if (has(name)) {
        throw DataError(fmt::format("{}: \"{}\" stands there twice", place.text(), name));
    }
    throw DataError(fmt::format("{}: more than {} members", place.text(), most_members));
}

void MembersOnce::require(std::initializer_list<std::string_view> names, const Place& place) const {
    for (const std::string_view name : names) {
        if (!has(name)) {
            throw DataError(fmt::format("{}: \"{}\" is missing", place.text(), name));
        }
    }
}

array list_at(value found, const Place& place) {
    check_type(found, json_type::array, place);
    return found.get_array();
}

object object_at(value found, const Place& place) {
    check_type(found, json_type::object, place);
    return found.get_object();
}

std::int64_t integer_at(value found, checked::Range range, const Place& place) {
    std::int64_t number = 0;
    if (found.get_int64().get(number) == simdjson::SUCCESS && number >= range.least && number <= range.most) {
        return number;
    }
    if (found.type() != json_type::number) {
        throw_unexpected(place, checked::words_for(range), found);
    }
    throw DataError(fmt::format("{}: expected {}", place.text(), checked::words_for(range)));
}

int small_integer_at(value found, const Place& place) {
    return static_cast<int>(integer_at(found, checked::small_not_negative, place));
}

bool truth_at(value found, const Place& place) {
    check_type(found, json_type::boolean, place);
    bool truth = false;
    if (found.get_bool().get(truth) != simdjson::SUCCESS) {
        throw_damaged(place);
    }
    return truth;
}

std::string text_at(value found, const Place& place) {
    check_type(found, json_type::string, place);
    std::string_view text;
    if (found.get_string().get(text) != simdjson::SUCCESS) {
        throw_damaged(place);
    }
    return std::string(text);
}

std::vector<std::int64_t> integers_at(value found, checked::Range range, const Place& place) {
    // How many there are is known at the end only: they wait on the stack, unless they are very many.
    boost::container::small_vector<std::int64_t, 512> numbers;
    for (value item : list_at(found, place)) {
        numbers.push_back(integer_at(item, range, place.item(numbers.size())));
    }
    return {numbers.begin(), numbers.end()};
}

double number_at(value found, const Place& place) {
    double number = 0;
    if (found.get_double().get(number) == simdjson::SUCCESS && number >= 0) {
        return number;
    }
    if (found.type() != json_type::number) {
        throw_unexpected(place, "a number that is not below 0", found);
    }
    throw DataError(place.text() + ": expected a number that is not below 0");
}

bool is_null(value found) {
    return found.type() == json_type::null && bool(found.is_null());
}

std::optional<double> number_or_null(value found, const Place& place) {
    return is_null(found) ? std::nullopt : std::optional(number_at(found, place));
}

std::optional<stats::Interval> interval_or_null(value found, const Place& place) {
    if (is_null(found)) {
        return std::nullopt;
    }
    std::array<double, 2> ends{};
    std::size_t count = 0;
    bool are_numbers = true;
    for (value item : list_at(found, place)) {
        are_numbers = are_numbers && count < ends.size() && item.get_double().get(ends[count]) == simdjson::SUCCESS;
        ++count;
    }
    if (count != ends.size() || !are_numbers || !(ends[0] <= ends[1])) {
        throw DataError(place.text() + ": expected two ascending numbers");
    }
    return stats::Interval{ends[0], ends[1]};
}

std::vector<std::string> texts_at(value found, const Place& place) {
    std::vector<std::string> texts;
    for (value item : list_at(found, place)) {
        texts.push_back(text_at(item, place.item(texts.size())));
    }
    return texts;
}

Json small_json(value found, const Place& place, std::size_t depth) {
    switch (found.type()) {
        case json_type::object:
            return object_json(found.get_object(), place, deeper(depth, place));
        case json_type::array:
            return array_json(found.get_array(), place, deeper(depth, place));
        case json_type::string:
            return std::string(std::string_view(found.get_string()));
        case json_type::boolean:
            return bool(found.get_bool());
        case json_type::number:
            return number_json(found);
        case json_type::null:
            break;
    }
    is_null(found);  // Throws where it only begins as null does.
    return nullptr;
}

void check_ignored(value found, const Place& place) {
    small_json(found, place);
}

}  // namespace gravbench::document
