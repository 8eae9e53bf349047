#pragma once

#include <vector>

#include "figures/latency.h"
#include "findings/problem.h"
#include "plan/option.h"

namespace gravbench::findings {

/// What the launches themselves say against a cell's figures: too wide an interval, disturbances, drift, launches far
/// from the others, warm-up without end. It marks and reports; no sample is dropped.
void add_noise_problems(const figures::Launches& launches, const plan::RunOptions& options,
                        std::vector<Problem>& problems);

/// Launches whose p50 lies far from the others', as indices into `launches` (stats/outlier.h).
std::vector<std::size_t> unusual_launches(const figures::Launches& launches);

}  // namespace gravbench::findings
