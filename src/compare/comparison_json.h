#pragma once

#include <vector>

#include "base/json.h"
#include "compare/fairness.h"

namespace gravbench::compare {

inline constexpr const char* comparison_schema_name = "gravbench.comparison/1";

Json warnings_json(const std::vector<Warning>& warnings);

}  // namespace gravbench::compare
