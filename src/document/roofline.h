#pragma once

#include <optional>
#include <vector>

#include "document/document.h"
#include "figures/roofline.h"

namespace gravbench::document {

/// A cell's inference against what its machine can do.
struct CellRoofline {
    figures::Peaks peaks;
    figures::Roofline limits;
    double inference_ms = 0;  ///< as it was, without the profile
    double gflops = 0;        ///< achieved, 10^9 a second
    double peak_share = 0;    ///< of the arithmetic peak of the types that it computed in
};

/// By the document's cells. Nothing without an audit, without a latency that was not profiled, without a reading of the
/// yardstick with as many threads as the audit's, or where a kernel's peak is not known.
std::vector<std::optional<CellRoofline>> rooflines_of(const Document& document);

/// What a machine did at its best with so many threads; nothing without such a reading.
std::optional<figures::Peaks> peaks_with(int threads, const Machine& machine);

/// The peaks for a cell's kernels; nothing without an audit or such a reading.
std::optional<figures::Peaks> peaks_for(const Document& document, const Cell& cell);

}  // namespace gravbench::document
