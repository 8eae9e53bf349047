#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace gravbench::view {

/// How many columns of a terminal a text takes: one for each code point of UTF-8.
std::size_t display_width(const std::string& text);

/// Blanks before what goes on after a line's end.
inline constexpr std::size_t hanging_indent = 2;

/// Breaks lines that are longer than `width` at their blanks; what follows a break begins with `indent` blanks. Words
/// that are longer stay whole. Without a width the text stays as it is.
std::string wrapped(const std::string& text, std::optional<int> width, std::size_t indent);

}  // namespace gravbench::view
