#pragma once

#include <string>
#include <vector>

#include "document/document.h"
#include "view/presentation.h"

namespace gravbench::view {

/// What the rows of an audit are: kernels (primitive, implementation, problem), the layers of an inference in their
/// order, or families of kernels. The table `groupings()` is the only list of them.
std::vector<std::string> groupings();

/// "kernel, layer, family"
std::string grouping_names();

/// Throws UsageError for a grouping or format that there is not.
void check_audit_view(const std::string& grouping, const Presentation& presentation);

/// Shows the audits of a results document: one line a cell; then each cell's rows, or with two cells both side by side;
/// then what became of the settings, and the problems.
std::string render_audit(const document::Document& document, const std::string& grouping,
                         const Presentation& presentation);

}  // namespace gravbench::view
