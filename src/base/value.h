#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace gravbench {

/// The value of a setting, whoever states it: a count, a number or a word.
using Value = std::variant<std::int64_t, double, std::string>;

/// As a command line has it: 8, 0.5, bf16.
std::string text_of(const Value& value);

/// Whether the value is this word.
bool is_word(const Value& value, std::string_view word);

}  // namespace gravbench
