#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "findings/effect.h"
#include "findings/problem.h"
#include "plan/plan.h"
#include "records/cell_outcome.h"

namespace gravbench::findings {

/// The comparison of the first launch that made one.
std::optional<records::Accuracy> accuracy_of(const records::CellOutcome& outcome);

/// The first launch that failed: its own problem where no launch is complete, else `launch_failed`.
std::optional<Problem> launch_failure(const records::CellOutcome& outcome);

/// Every reason not to trust a cell: those that the run found, and those that follow from its launches, its audit, the
/// effects of its settings and its accuracy. `effective` is what the engine read back.
std::vector<Problem> problems_of(const plan::Cell& cell, const plan::RunOptions& options,
                                 const records::CellOutcome& outcome, const std::vector<Effect>& effects,
                                 const std::map<std::string, Value>& effective);

}  // namespace gravbench::findings
