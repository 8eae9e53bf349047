#pragma once

#include <optional>

namespace gravbench::view {

/// The width of the terminal that this descriptor is, in columns: what COLUMNS says, else what the terminal says of
/// itself. Nothing where it is no terminal, or one that does not say.
std::optional<int> terminal_width(int descriptor, const char* columns);

/// The same of stdout.
std::optional<int> terminal_width();

}  // namespace gravbench::view
