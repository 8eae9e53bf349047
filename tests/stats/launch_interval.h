#pragma once

#include <cmath>
#include <optional>
#include <span>

#include "stats/student.h"
#include "stats/summary.h"

/// What every interval of ours is held against: the textbook's, which knows of no trend.
namespace gravbench::stats {

/// Interval for the mean over launches by Student's t, from one number for each launch (its p50, its throughput).
/// Launches are the unit of replication: each process keeps its own speed for as long as it lives, so iterations are
/// not independent (Kalibera and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013). Nothing for fewer than
/// 2 launches. Throws DataError for a confidence outside (0, 1).
inline std::optional<Interval> launch_interval(std::span<const double> launches, double confidence = 0.95) {
    if (launches.size() < 2) {
        return std::nullopt;
    }
    const Moments over_launches = moments(launches);
    const auto count = static_cast<double>(launches.size());
    const double half = student_t_limit(count - 1, confidence) * over_launches.stddev / std::sqrt(count);
    return Interval{over_launches.mean - half, over_launches.mean + half};
}

/// The same for times and rates, on the logarithms: such numbers are above 0 and skewed to the right, and so is their
/// interval, which a few unequal launches would otherwise carry below 0. Its centre is the geometric mean. Throws
/// DataError for a number that is not finite and above 0.
inline std::optional<Interval> positive_launch_interval(std::span<const double> launches, double confidence = 0.95) {
    if (launches.size() < 2) {
        return std::nullopt;
    }
    const Interval on_log_scale = *launch_interval(logarithms(launches), confidence);
    return Interval{std::exp(on_log_scale.low), std::exp(on_log_scale.high)};
}

}  // namespace gravbench::stats
