#include "stats/summary.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <string>

#include "base/errors.h"

namespace gravbench::stats {
namespace {

/// Half the width, in standard errors, of the two-sided interval by Student's t.
double student_t(double degrees_of_freedom, double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
        throw DataError("an interval's confidence is " + std::to_string(confidence) + "; it must lie in (0, 1)");
    }
    const boost::math::students_t distribution(degrees_of_freedom);
    return boost::math::quantile(boost::math::complement(distribution, (1 - confidence) / 2));
}

std::vector<double> logarithms(std::span<const double> launches) {
    std::vector<double> result;
    result.reserve(launches.size());
    for (const double launch : launches) {
        if (!(launch > 0 && std::isfinite(launch))) {
            throw DataError("a logarithm needs finite numbers above 0, not " + std::to_string(launch));
        }
        result.push_back(std::log(launch));
    }
    return result;
}

void check_launches(std::span<const double> launches) {
    if (launches.size() < 2) {
        throw DataError("a ratio with an interval needs at least 2 launches; there are " +
                        std::to_string(launches.size()));
    }
}

Ratio from_logarithm(double centre, double half_width) {
    return {std::exp(centre), {std::exp(centre - half_width), std::exp(centre + half_width)}};
}

/// The square of a mean's standard error, and what it is worth.
struct MeanError {
    double variance;
    double degrees_of_freedom;
};

MeanError mean_error(const Moments& of_samples, std::size_t count) {
    const auto samples = static_cast<double>(count);
    return {of_samples.stddev * of_samples.stddev / samples, samples - 1};
}

/// Welch's half width, with Satterthwaite's degrees of freedom.
double welch_half_width(const MeanError& a, const MeanError& b) {
    const double variance = a.variance + b.variance;
    if (variance <= 0) {
        return 0;
    }
    // By shares, since the squares of two tiny variances would underflow to 0 / 0.
    const double share = a.variance / variance;
    const double degrees =
        1 / (share * share / a.degrees_of_freedom + (1 - share) * (1 - share) / b.degrees_of_freedom);
    return student_t(degrees, 0.95) * std::sqrt(variance);
}

}  // namespace

Moments moments(std::span<const double> samples) {
    if (samples.empty()) {
        throw DataError("a mean needs at least one sample");
    }
    const auto count = static_cast<double>(samples.size());
    const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / count;
    double squares = 0;
    for (const double sample : samples) {
        squares += (sample - mean) * (sample - mean);
    }
    return {mean, samples.size() < 2 ? 0 : std::sqrt(squares / (count - 1))};
}

std::optional<Interval> launch_interval(std::span<const double> launches, double confidence) {
    if (launches.size() < 2) {
        return std::nullopt;
    }
    const Moments over_launches = moments(launches);
    const auto count = static_cast<double>(launches.size());
    const double half = student_t(count - 1, confidence) * over_launches.stddev / std::sqrt(count);
    return Interval{over_launches.mean - half, over_launches.mean + half};
}

std::optional<Interval> positive_launch_interval(std::span<const double> launches, double confidence) {
    if (launches.size() < 2) {
        return std::nullopt;
    }
    const Interval on_log_scale = *launch_interval(logarithms(launches), confidence);
    return Interval{std::exp(on_log_scale.low), std::exp(on_log_scale.high)};
}

Interval widened_to(Interval interval, double point) {
    return {std::min(interval.low, point), std::max(interval.high, point)};
}

Ratio ratio_interval(std::span<const double> base, std::span<const double> other) {
    check_launches(base);
    check_launches(other);
    const Moments of_base = moments(logarithms(base));
    const Moments of_other = moments(logarithms(other));
    const double half = welch_half_width(mean_error(of_base, base.size()), mean_error(of_other, other.size()));
    return from_logarithm(of_other.mean - of_base.mean, half);
}

Ratio paired_ratio(std::span<const double> base, std::span<const double> other) {
    if (base.size() != other.size()) {
        throw DataError("a paired ratio needs two lists of the same length, not of " + std::to_string(base.size()) +
                        " and " + std::to_string(other.size()));
    }
    check_launches(base);
    const std::vector<double> of_base = logarithms(base);
    std::vector<double> differences = logarithms(other);
    for (std::size_t round = 0; round < differences.size(); ++round) {
        differences[round] -= of_base[round];
    }
    const double centre = moments(differences).mean;
    return from_logarithm(centre, launch_interval(differences)->high - centre);
}

}  // namespace gravbench::stats
