#pragma once

#include "base/json.h"
#include "compare/across.h"
#include "compare/comparison.h"

namespace gravbench::compare {

inline constexpr const char* comparison_schema_name = "gravbench.comparison/1";
/// Version 1 had an entry for each document, and ratios of launches alone.
inline constexpr const char* across_schema_name = "gravbench.across/2";

/// The document `gravbench.comparison/1`.
Json to_json(const Comparison& comparison);

/// `gravbench.across/2`: docs/compare.md, Several machines.
Json to_json(const Across& across);

}  // namespace gravbench::compare
