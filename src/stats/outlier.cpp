#include "stats/outlier.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "stats/quantile.h"
#include "stats/trend.h"

namespace gravbench::stats {
namespace {

double median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return quantile(values, 0.5);
}

/// The deviation that the modified z-score divides by, scaled so that the threshold is the same for both kinds.
double robust_deviation(std::span<const double> values, double median) {
    std::vector<double> distances;
    for (const double value : values) {
        distances.push_back(std::abs(value - median));
    }
    if (const double median_distance = median_of(distances); median_distance > 0) {
        return median_distance / 0.6745;
    }
    const double mean_distance =
        std::accumulate(distances.begin(), distances.end(), 0.0) / static_cast<double>(distances.size());
    return 1.253314 * mean_distance;
}

/// The variance of Kendall's sum without a trend, where equal values are not counted (Kendall 1975).
double variance_of_kendall(std::span<const double> values) {
    const auto term = [](double n) { return n * (n - 1) * (2 * n + 5); };
    std::map<double, int> ties;
    for (const double value : values) {
        ++ties[value];
    }
    double sum = term(static_cast<double>(values.size()));
    for (const auto& [value, count] : ties) {
        sum -= term(count);
    }
    return sum / 18;
}

/// How many more pairs rise than fall.
double kendall_sum(std::span<const double> in_order) {
    double sum = 0;
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        for (std::size_t j = i + 1; j < in_order.size(); ++j) {
            sum += in_order[j] > in_order[i] ? 1 : in_order[j] < in_order[i] ? -1 : 0;
        }
    }
    return sum;
}

/// The share of all orders of these values with a trend at least as clear, equal values and all.
double exact_p_value(std::vector<double> values, double sum) {
    std::sort(values.begin(), values.end());
    double orders = 0;
    double as_clear = 0;
    do {
        ++orders;
        as_clear += std::abs(kendall_sum(values)) >= std::abs(sum) ? 1 : 0;
    } while (std::next_permutation(values.begin(), values.end()));
    return as_clear / orders;
}

double kendall_p_value(std::span<const double> in_order) {
    constexpr std::size_t fewest_for_normal = 8;  // all orders of 7 are 5040
    const double sum = kendall_sum(in_order);
    if (in_order.size() < fewest_for_normal) {
        return exact_p_value({in_order.begin(), in_order.end()}, sum);
    }
    const double variance = variance_of_kendall(in_order);
    if (variance <= 0 || sum == 0) {
        return 1;
    }
    const double corrected = std::abs(sum) - 1;  // for continuity
    return std::min(
        1.0, 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), corrected / std::sqrt(variance))));
}

}  // namespace

std::vector<std::size_t> outliers(std::span<const double> values) {
    constexpr std::size_t least = 5;
    constexpr double threshold = 3.5;
    std::vector<std::size_t> found;
    if (values.size() < least) {
        return found;
    }
    const double median = median_of({values.begin(), values.end()});
    const double deviation = robust_deviation(values, median);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::abs(values[i] - median) > threshold * deviation) {
            found.push_back(i);
        }
    }
    return found;
}

std::optional<Drift> drift(std::span<const double> in_order) {
    if (in_order.size() < fewest_for_a_trend) {
        return std::nullopt;
    }
    std::vector<double> slopes;
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        for (std::size_t j = i + 1; j < in_order.size(); ++j) {
            slopes.push_back((in_order[j] - in_order[i]) / static_cast<double>(j - i));
        }
    }
    const double median = median_of({in_order.begin(), in_order.end()});
    const double total = median_of(std::move(slopes)) * static_cast<double>(in_order.size() - 1);
    return Drift{median == 0 ? 0 : total / median, kendall_p_value(in_order)};
}

}  // namespace gravbench::stats
