#pragma once

#include <string>

#include "compare/comparison.h"
#include "view/presentation.h"

namespace gravbench::view {

/// Throws UsageError for a format or column that it does not have.
void check_comparison_view(const Presentation& presentation);

/// The verdicts, what they rest on, and what to mind: a row for each cell and metric.
std::string render_comparison(const compare::Comparison& comparison, const Presentation& presentation);

}  // namespace gravbench::view
