#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace gravbench::view {

/// What the rows of an audit are: kernels (primitive, implementation, problem), the layers of an inference in their
/// order, or families of kernels. The table `groupings()` is the only list of them.
std::vector<std::string> groupings();

/// "kernel, layer, family"
std::string grouping_names();

/// How an audit can be written: "table, markdown, csv, json".
std::string audit_format_names();

/// Throws UsageError for a grouping or format that there is not.
void check_audit_view(const std::string& grouping, const std::string& format);

/// Shows the audits of a results document: one line a cell; then each cell's rows, or with two cells both side by side;
/// then what became of the settings, and the problems.
std::string render_audit(const Json& document, const std::string& grouping, const std::string& format);

}  // namespace gravbench::view
