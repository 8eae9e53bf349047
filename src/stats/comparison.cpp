#include "stats/comparison.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <numeric>
#include <string>

#include "base/errors.h"
#include "stats/centre.h"
#include "stats/student.h"
#include "stats/variance.h"

namespace gravbench::stats {
namespace {

/// The variance of a trimmed mean (stats/centre.h) over that of the plain one, where launches are normal: the integral
/// of Tukey's influence function squared (Huber, "Robust statistics", 1981, 3.3).
constexpr double trimmed_variance = 1.1;

}  // namespace

RatioEstimate independent_ratio(std::span<const double> base, std::span<const double> other) {
    const Centre of_base = centre_of(base);
    const Centre of_other = centre_of(other);
    return ratio_with(of_other.value - of_base.value,
                      sum_of(std::array{of_base.squared_error, of_other.squared_error}));
}

RatioEstimate paired_ratio_of(std::span<const double> ratios) {
    const Centre centre = centre_of(ratios);
    return ratio_with(centre.value, centre.squared_error);
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

std::size_t launches_to_settle(const RatioEstimate& ratio, std::size_t launches, double tolerance, std::size_t fewest) {
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
    return std::clamp(needed, fewest, std::max(fewest, most_launches_to_settle + 1));
}

}  // namespace gravbench::stats
