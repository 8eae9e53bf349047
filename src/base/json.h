#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Instantiated once, in json.cpp: a fifth of the front's build.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace gravbench {

/// Members keep the order in which they were written: documents are read by people too.
using Json = nlohmann::ordered_json;

/// A member that must be there with this type. `where` names the document in the DataError.
template <typename T>
T required(const Json& object, std::string_view key, std::string_view where);

/// A member that may be missing or null; then `fallback`.
template <typename T>
T optional_member(const Json& object, std::string_view key, T fallback, std::string_view where);

/// The same without a copy. Needed wherever its items() are walked: a range-for does not keep a temporary alive.
const Json& required_member(const Json& object, std::string_view key, std::string_view where);

/// The member, or an empty object where there is none.
const Json& member_or_empty(const Json& object, std::string_view key);

/// A JSON document and the line, counted from 1, on which each value stands, by JSON pointer ("/settings/fpmath").
struct LocatedJson {
    Json value;
    std::map<std::string, int> lines;

    int line_of(const std::string& pointer) const;
};

/// Parses JSON in which comments (// and /* */) are allowed, remembering lines.
/// Throws ConfigError with `name` and the line where it is no JSON, is nested deeply, or an object has the same key
/// twice or too many of them.
LocatedJson parse_located(std::string_view text, const std::string& name);

/// How deep brackets may be nested in a file that is read, and how many members an object may have. Copying and writing
/// a value recurse into it, and an object's members are looked through for each further one.
inline constexpr std::size_t most_depth = 64;
inline constexpr std::size_t most_members = 1000;

/// Reads a JSON file. Throws DataError where it cannot be read, is no JSON, or is beyond these limits.
Json read_json(const std::filesystem::path& path);

/// Indented, but with lists of plain values on one line: a document of thousands of samples stays readable.
std::string readable_json(const Json& value);

[[noreturn]] void throw_missing_member(std::string_view key, std::string_view where);
[[noreturn]] void throw_wrong_type(std::string_view key, std::string_view where, const Json& value);

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

/// Whether a number is one of T as it is. nlohmann's get() would turn 2.5, true and 3000000000 into an int without a
/// word.
template <typename T>
bool fits(const Json& value) {
    if constexpr (IsVector<T>::value) {
        return std::all_of(value.begin(), value.end(), fits<typename T::value_type>);
    } else if constexpr (std::is_floating_point_v<T>) {
        return value.is_number();
    } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        return value.is_number_unsigned() ? std::in_range<T>(value.get<std::uint64_t>())
                                          : value.is_number_integer() && std::in_range<T>(value.get<std::int64_t>());
    } else {
        return true;
    }
}

template <typename T>
T required(const Json& object, std::string_view key, std::string_view where) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end()) {
        throw_missing_member(key, where);
    }
    if (!fits<T>(*found)) {
        throw_wrong_type(key, where, *found);
    }
    try {
        return found->template get<T>();
    } catch (const nlohmann::json::exception&) {
        throw_wrong_type(key, where, *found);
    }
}

template <typename T>
T optional_member(const Json& object, std::string_view key, T fallback, std::string_view where) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || found->is_null()) {
        return fallback;
    }
    return required<T>(object, key, where);
}

}  // namespace gravbench
