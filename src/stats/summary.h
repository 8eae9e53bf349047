#pragma once

#include <optional>
#include <span>
#include <vector>

namespace gravbench::stats {

/// Of times and rates. Throws DataError for a number that is not finite and above 0.
std::vector<double> logarithms(std::span<const double> figures);

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

/// A figure with its 95% interval, where there is enough for one.
struct Estimate {
    double value = 0;
    std::optional<Interval> ci95;
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

}  // namespace gravbench::stats
