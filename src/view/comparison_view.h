#pragma once

#include <string>

#include "compare/across.h"
#include "compare/comparison.h"
#include "view/presentation.h"

namespace gravbench::view {

/// Throws UsageError for a format or column that they do not have.
void check_comparison_view(const Presentation& presentation);
void check_across_view(const Presentation& presentation);

/// The verdicts, what they rest on, and what to mind: a row for each cell and metric.
std::string render_comparison(const compare::Comparison& comparison, const Presentation& presentation);

/// Several machines side by side: a row for each cell and machine.
std::string render_across(const compare::Across& across, const Presentation& presentation);

}  // namespace gravbench::view
