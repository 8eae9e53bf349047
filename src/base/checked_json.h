#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

/// Members of what stands in a file, each checked as it is read. `where` is the place of the object in its file. All
/// throw DataError: "launch.blocks[2].wall_ns: expected a whole number from 1 to 1000, found -3". Members that nobody
/// asks for are ignored.
namespace gravbench::checked {

struct Range {
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
};
inline constexpr Range not_negative{0};
inline constexpr Range small_not_negative{0, std::numeric_limits<int>::max()};
/// Nanoseconds, up to eleven days: what takes longer was not measured, and sums of what is shorter do not overflow.
inline constexpr Range duration_ns{0, 1'000'000'000'000'000};
inline constexpr Range duration_ns_above_0{1, duration_ns.most};

/// "a whole number from 1 to 9"
std::string words_for(Range range);

[[noreturn]] void throw_unexpected(const std::string& place, std::string_view expected, const Json& found);

/// "launch.blocks", "launch.blocks[2]"
std::string place_of(const std::string& where, std::string_view key);
std::string place_of(const std::string& where, std::string_view key, std::size_t index);

/// Throws where it is no object.
void check_object(const Json& json, const std::string& where);

const Json& member(const Json& object, std::string_view key, std::string_view expected, const std::string& where);
const Json& object(const Json& object, std::string_view key, const std::string& where);
const Json& list(const Json& object, std::string_view key, const std::string& where);
std::string text(const Json& object, std::string_view key, const std::string& where);
bool truth(const Json& object, std::string_view key, const std::string& where);
std::int64_t integer(const Json& object, std::string_view key, Range range, const std::string& where);
int small_integer(const Json& object, std::string_view key, const std::string& where);  ///< not negative
/// Finite.
double number(const Json& object, std::string_view key, const std::string& where);
double number_not_negative(const Json& object, std::string_view key, const std::string& where);
std::vector<std::int64_t> integers(const Json& object, std::string_view key, Range range, const std::string& where);
std::vector<double> numbers(const Json& object, std::string_view key, const std::string& where);
std::vector<std::string> texts(const Json& object, std::string_view key, const std::string& where);
std::map<std::string, std::string> text_map(const Json& object, std::string_view key, const std::string& where);

/// Whether the member is there and not null.
bool has(const Json& object, std::string_view key);

}  // namespace gravbench::checked
