#pragma once

#include <vector>

#include "plan/option.h"
#include "results/document.h"

namespace gravbench::results {

/// What the launches themselves say against a cell's figures: too wide an interval, disturbances, drift, launches far
/// from the others, warm-up without end. It marks and reports; no sample is dropped.
void add_noise_problems(const CellOutcome& outcome, const plan::RunOptions& options, std::vector<Problem>& problems);

/// Launches whose p50 lies far from the others', as indices into `launches` (stats/outlier.h).
std::vector<std::size_t> unusual_launches(const std::vector<LaunchRecord>& launches);

/// Which of the launch's blocks were disturbed (machine/disturbance.h), as indices.
std::vector<int> disturbed_blocks(const LaunchRecord& launch);

}  // namespace gravbench::results
