#pragma once

#include <optional>
#include <span>
#include <vector>

namespace gravbench::stats {

struct Moments {
    double mean = 0;
    double stddev = 0;  ///< of the sample (n - 1); 0 for one sample
};

/// Throws DataError without samples.
Moments moments(std::span<const double> samples);

struct Interval {
    double low = 0;
    double high = 0;
};

/// Interval for the mean over launches by Student's t, from one number for each launch (its p50, its throughput).
/// Launches are the unit of replication: each process keeps its own speed for as long as it lives, so iterations are
/// not independent (Kalibera and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013). Nothing for fewer than
/// 2 launches. Throws DataError for a confidence outside (0, 1).
std::optional<Interval> launch_interval(std::span<const double> launches, double confidence = 0.95);

/// The same for times and rates, on the logarithms: such numbers are above 0 and skewed to the right, and so is their
/// interval, which a few unequal launches would otherwise carry below 0. Its centre is the geometric mean. Throws
/// DataError for a number that is not finite and above 0.
std::optional<Interval> positive_launch_interval(std::span<const double> launches, double confidence = 0.95);

/// The interval, widened to hold the point. A pooled quantile stands beside the interval of the launches' own, whose
/// centre is their mean: the two may differ when launches are unequal, and an interval that excludes its own estimate
/// says nothing.
Interval widened_to(Interval interval, double point);

/// new/base of two sets of launches: 0.5 is half the time. Ratios multiply, so both functions below work on logarithms:
/// swapping the two sets gives the reciprocals.
struct Ratio {
    double value = 1;
    Interval ci95;
};

/// Geometric mean of `other` over that of `base`, with the 95% interval by Welch's t on the logarithms: the two sets
/// may be of different size and spread (Welch, "The generalization of 'Student's' problem", Biometrika 1947). One
/// number for each launch. Throws DataError for a set of fewer than 2, or with a number that is not finite and above 0.
Ratio ratio_interval(std::span<const double> base, std::span<const double> other);

/// Geometric mean of new/base over pairs measured side by side, with the t interval of its logarithm.
/// Throws DataError for lists of unequal length, of fewer than 2, or with a number that is not finite and above 0.
Ratio paired_ratio(std::span<const double> base, std::span<const double> other);

}  // namespace gravbench::stats
