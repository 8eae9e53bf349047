#pragma once

#include <vector>

#include "plan/plan.h"
#include "results/document.h"
#include "results/effect.h"

namespace gravbench::results {

/// The comparison of the first launch that made one; null where none did.
Json accuracy_of(const CellOutcome& outcome);

/// Every reason not to trust a cell: those that the run found, and those that follow from its launches, its audit, the
/// effects of its settings and its accuracy. `effective` is what the engine read back.
std::vector<Problem> problems_of(const plan::Cell& cell, const plan::RunOptions& options, const CellOutcome& outcome,
                                 const std::vector<Effect>& effects, const Json& effective);

}  // namespace gravbench::results
