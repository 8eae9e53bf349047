#include "stats/comparison.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <numeric>
#include <string>

#include "base/errors.h"
#include "stats/student.h"
#include "stats/variance.h"

namespace gravbench::stats {
namespace {

/// With fewer, what trimming takes from the degrees of freedom costs more than outliers do.
constexpr std::size_t fewest_to_trim = 20;
constexpr double trimmed_share = 0.15;  ///< at each end
/// Of a mean trimmed by that, over that of the plain one, where launches are normal: the integral of Tukey's influence
/// function squared (Huber, "Robust statistics", 1981, 3.3).
constexpr double trimmed_variance = 1.1;

std::vector<double> logarithms_of_launches(std::span<const double> figures) {
    if (figures.size() < 2) {
        throw DataError("a ratio with an interval needs at least 2 launches; there are " +
                        std::to_string(figures.size()));
    }
    return logarithms(figures);
}

RatioEstimate without_spread(double logarithm, double degrees_of_freedom) {
    const double value = std::exp(logarithm);
    return {value, {value, value}, 0, degrees_of_freedom};
}

RatioEstimate by_student(double logarithm, double standard_error, double degrees_of_freedom) {
    if (standard_error <= 0) {
        return without_spread(logarithm, degrees_of_freedom);
    }
    const double half = student_t_limit(degrees_of_freedom, interval_confidence) * standard_error;
    return {std::exp(logarithm),
            {std::exp(logarithm - half), std::exp(logarithm + half)},
            standard_error,
            degrees_of_freedom};
}

/// A location with its squared standard error.
struct Centre {
    double value = 0;
    double squared_error = 0;
    double degrees_of_freedom = 0;
};

/// The mean; of many the trimmed mean, with Yuen's error by winsorized deviations.
Centre centre_of(std::vector<double> values) {
    const std::size_t count = values.size();
    const std::size_t trimmed =
        count < fewest_to_trim ? 0 : static_cast<std::size_t>(trimmed_share * static_cast<double>(count));
    std::sort(values.begin(), values.end());
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(trimmed);
    const auto last = values.end() - static_cast<std::ptrdiff_t>(trimmed);
    const double mean = moments(std::vector<double>(first, last)).mean;
    std::fill(values.begin(), first, *first);
    std::fill(last, values.end(), *(last - 1));
    const double deviation = moments(values).stddev;
    const auto kept = static_cast<double>(count - 2 * trimmed);
    return {mean, deviation * deviation * static_cast<double>(count - 1) / (kept * (kept - 1)), kept - 1};
}

}  // namespace

RatioEstimate independent_ratio(std::span<const double> base, std::span<const double> other) {
    const Centre of_base = centre_of(logarithms_of_launches(base));
    const Centre of_other = centre_of(logarithms_of_launches(other));
    const double difference = of_other.value - of_base.value;
    const double variance = of_base.squared_error + of_other.squared_error;
    if (variance <= 0) {
        return without_spread(difference, of_base.degrees_of_freedom + of_other.degrees_of_freedom);
    }
    // Satterthwaite's, by shares, since the squares of two tiny variances would underflow to 0 / 0.
    const double share = of_base.squared_error / variance;
    const double degrees =
        1 / (share * share / of_base.degrees_of_freedom + (1 - share) * (1 - share) / of_other.degrees_of_freedom);
    return by_student(difference, std::sqrt(variance), degrees);
}

RatioEstimate paired_ratio_of(std::span<const double> ratios) {
    const Centre centre = centre_of(logarithms_of_launches(ratios));
    return by_student(centre.value, std::sqrt(centre.squared_error), centre.degrees_of_freedom);
}

double p_value_within(const RatioEstimate& ratio, double tolerance) {
    const double effect = std::abs(std::log(ratio.value));
    const double limit = std::log1p(tolerance);
    if (ratio.standard_error <= 0) {
        return effect > limit ? 0 : 1;
    }
    const auto beyond = [&](double distance) {
        return student_t_upper_tail(distance / ratio.standard_error, ratio.degrees_of_freedom);
    };
    return std::min(1.0, beyond(effect - limit) + beyond(effect + limit));
}

std::vector<double> adjusted_p_values(std::span<const double> p_values) {
    for (const double p_value : p_values) {
        if (!(p_value >= 0 && p_value <= 1)) {
            throw DataError("a p-value is " + std::to_string(p_value) + "; it must lie in [0, 1]");
        }
    }
    std::vector<std::size_t> largest_first(p_values.size());
    std::iota(largest_first.begin(), largest_first.end(), std::size_t{0});
    std::sort(largest_first.begin(), largest_first.end(),
              [&](std::size_t a, std::size_t b) { return p_values[a] > p_values[b]; });
    const auto count = static_cast<double>(p_values.size());
    std::vector<double> adjusted(p_values.size());
    double smallest = 1;
    for (std::size_t i = 0; i < largest_first.size(); ++i) {
        const double rank = count - static_cast<double>(i);
        smallest = std::min(smallest, p_values[largest_first[i]] * count / rank);
        adjusted[largest_first[i]] = smallest;
    }
    return adjusted;
}

double smallest_detectable_ratio(double standard_error, double degrees_of_freedom, double power) {
    // Shown is what lies beyond the first term; the second is how far beyond it the truth must lie to do so that often.
    return std::exp(standard_error * (student_t_limit(degrees_of_freedom, interval_confidence) +
                                      student_t_quantile(degrees_of_freedom, power)));
}

std::size_t launches_to_settle(const RatioEstimate& ratio, std::size_t launches, double tolerance) {
    constexpr double assurance = 0.8;
    // The next estimate will be another. For it to lie so that the interval does as wanted in four cases of five, the
    // half width, 1.96 standard errors, must leave room for 0.84 more of them, or 1.28 where both sides count.
    constexpr double room_on_one_side = 1.43;
    constexpr double room_on_both = 1.65;
    const double limit = std::log1p(tolerance);
    const double effect = std::max(0.0, std::abs(std::log(ratio.value)) - ratio.standard_error);
    const double wanted = effect > limit ? (effect - limit) / room_on_one_side : (limit - effect) / room_on_both;
    const double degrees = std::max(1.0, ratio.degrees_of_freedom);
    const double low_chi_squared = boost::math::quantile(boost::math::chi_squared(degrees), 1 - assurance);
    const double deviation =
        ratio.standard_error * std::sqrt(static_cast<double>(launches) * degrees / low_chi_squared);
    std::size_t needed = wanted > 0 ? launches_needed(deviation, wanted) : most_launches_to_settle + 1;
    // Those that were seen are not trimmed, so many will be.
    if (launches < fewest_to_trim && needed >= fewest_to_trim) {
        needed = static_cast<std::size_t>(std::ceil(trimmed_variance * static_cast<double>(needed)));
    }
    return std::clamp(needed, launches + 1, std::max(launches, most_launches_to_settle) + 1);
}

}  // namespace gravbench::stats
