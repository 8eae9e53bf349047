#pragma once

#include <string>

#include "compare/across.h"
#include "compare/comparison.h"

namespace gravbench::view {

/// "table, markdown, json"
std::string comparison_format_names();
/// Throws UsageError that lists the formats there are.
void check_comparison_format(const std::string& format);

/// The verdicts, what they rest on, and what to mind: a row for each cell and metric.
std::string render_comparison(const compare::Comparison& comparison, const std::string& format);

/// Several machines side by side: a row for each cell and machine.
std::string render_across(const compare::Across& across, const std::string& format);

}  // namespace gravbench::view
