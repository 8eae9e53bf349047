#pragma once

#include <cstddef>
#include <span>

namespace gravbench::stats {

/// The quantile of samples in ascending order, by linear interpolation between order statistics: type 7 of Hyndman and
/// Fan, "Sample quantiles in statistical packages" (1996), numpy's default. Throws DataError without samples, or for a
/// probability outside [0, 1].
double quantile(std::span<const double> sorted, double probability);

/// The smallest number of samples whose largest is, with 95% confidence, not below the quantile: n >= ln(0.05) / ln(p)
/// (Wilks, "Determination of sample sizes for setting tolerance limits", 1941). With fewer the samples may hold nothing
/// of the tail that the percentile speaks of. 5 for p50, 29 for p90, 59 for p95, 299 for p99, 2995 for p99.9.
/// Below p50 the smallest sample stands for the largest: p10 needs as many as p90.
/// Iterations of one launch are not independent, so this is necessary, not sufficient.
/// Throws DataError for a probability outside (0, 1): no number of samples bounds those.
std::size_t samples_needed(double probability);

}  // namespace gravbench::stats
