#pragma once

#include <string>
#include <vector>

namespace gravbench::view {

/// Fields of text, the first row the headings. All rows have as many.
using Rows = std::vector<std::vector<std::string>>;

/// Columns of numbers to the right, the others to the left.
std::string aligned(const Rows& rows);
std::string markdown(const Rows& rows);
/// RFC 4180: commas, quotes doubled.
std::string csv(const Rows& rows);

}  // namespace gravbench::view
