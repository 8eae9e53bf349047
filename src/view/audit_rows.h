#pragma once

#include <string>

#include "document/roofline.h"
#include "view/table.h"

/// The tables of an audit, as rows of text.
namespace gravbench::view {

/// One line a cell: times, shares, counts.
Rows audit_overview(const document::Document& document);

/// An audit's rows by kernel, layer or family; times are those of one inference. Only the heading where inferences
/// differ, so that there are no layers. Kernels have limits where the machine's peaks are known.
Rows audit_rows(const document::Audit& audit, const std::optional<figures::Peaks>& peaks, const std::string& grouping);

/// Two audits' rows side by side, the largest difference of time first; by layer in the order of the layers.
Rows side_by_side(const document::Audit& before, const document::Audit& after, const std::string& grouping);

}  // namespace gravbench::view
