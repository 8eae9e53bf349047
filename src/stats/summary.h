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

/// The interval, widened to hold the point. A pooled quantile stands beside the interval of the launches' own, whose
/// centre is their mean: the two may differ when launches are unequal, and an interval that excludes its own estimate
/// says nothing.
Interval widened_to(Interval interval, double point);

}  // namespace gravbench::stats
