#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stats/summary.h"

namespace gravbench::stats {

/// One launch's figure (its p50, its throughput), and the same figure of each of its blocks, which show how much of it
/// is chance within the launch. Blocks may be empty where a block alone does not support the figure.
struct LaunchFigure {
    double value = 0;
    std::vector<double> blocks;
};

/// Interval for the geometric mean of the launches' figures, which are in the order of time, by a hierarchical
/// bootstrap on the logarithms: launches are resampled, then blocks within each, and the statistic is studentised
/// (Efron and Tibshirani, "An introduction to the bootstrap", 1993, 12.5; Kalibera and Jones 2013, 6.2, for the
/// hierarchy). Resampling iterations instead would understate the width: they are not independent. What is resampled
/// are the residuals about the run's straight trend (the same, 9.4; trend.h), so that a machine that drifts does not
/// widen it. Each end is the mean of that by its own tail and that of the symmetric interval (Hall, "On symmetric
/// bootstrap confidence intervals", Journal of the Royal Statistical Society B, 1988). Of fewer than 10 launches it is
/// Student's, of the same residuals; nothing for fewer than 2. Seeded: the same figures and seed give the same
/// interval. Throws DataError for a figure that is not finite and above 0.
std::optional<Interval> bootstrap_interval(std::span<const LaunchFigure> launches, std::uint64_t seed,
                                           double confidence = 0.95);

}  // namespace gravbench::stats
