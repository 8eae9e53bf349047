#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "stats/summary.h"

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

/// A launch's own quantile, from its samples in ascending order: type 8 of Hyndman and Fan, nearly unbiased whatever
/// the distribution, where type 7 of few samples lies too far inside. Means over launches need that. Throws as
/// quantile().
double launch_quantile(std::span<const double> sorted, double probability);

/// The same of samples in any order, which it changes: in a fraction of the time that sorting takes.
double launch_quantile_of_unsorted(std::span<double> samples, double probability);

/// The rank, counted from 1, between whose neighbours launch_quantile() interpolates: p (n + 1/3) + 1/3, within the
/// samples that there are. Throws DataError for a probability outside [0, 1].
double unbiased_rank(std::size_t count, double probability);

/// The fewest samples of one launch from which launch_quantile() does not end at the outermost sample: 1 for p50, 7 for
/// p90, 13 for p95, 67 for p99, 667 for p99.9. Throws DataError for a probability outside (0, 1).
std::size_t launch_samples_needed(double probability);

/// The interval, of at least the confidence, that independent samples in ascending order support for a quantile,
/// without assuming a distribution: two order statistics by the binomial (Conover, "Practical nonparametric
/// statistics", 1999, 3.2). Nothing where there are too few. For samples of one block; those of several launches are
/// not independent.
std::optional<Interval> order_statistics_interval(std::span<const double> sorted, double probability,
                                                  double confidence = 0.95);

}  // namespace gravbench::stats
