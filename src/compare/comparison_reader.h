#pragma once

#include <filesystem>

#include "compare/comparison.h"

namespace gravbench::compare {

/// Whether the file is a comparison by its member "schema", which is all that is read of it. False for what
/// cannot be read, is no JSON, or no regular file.
bool is_comparison(const std::filesystem::path& path);

/// Reads a `gravbench.comparison/1` that `gravbench compare -o` or `run --comparison` wrote. Every member is checked.
/// Throws DataError naming file and place ("verdict.json: cells[3]: "ratio" has the wrong type: "fast"").
Comparison read_comparison(const std::filesystem::path& path);

}  // namespace gravbench::compare
