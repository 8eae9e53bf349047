#pragma once

#include "base/json.h"
#include "compare/across.h"
#include "compare/comparison.h"

namespace gravbench::compare {

inline constexpr const char* comparison_schema_name = "gravbench.comparison/1";

/// The document `gravbench.comparison/1`.
Json to_json(const Comparison& comparison);

/// `gravbench.across/1`
Json to_json(const Across& across);

}  // namespace gravbench::compare
