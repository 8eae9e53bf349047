#include "stats/centre.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/errors.h"
#include "stats/student.h"

namespace gravbench::stats {
namespace {

constexpr double trimmed_share = 0.15;  ///< at each end; with fewer launches it costs more than outliers do

std::vector<double> logarithms_of_launches(std::span<const double> figures) {
    if (figures.size() < 2) {
        throw DataError("a ratio with an interval needs at least 2 launches; there are " +
                        std::to_string(figures.size()));
    }
    return logarithms(figures);
}

}  // namespace

EstimatedVariance sum_of(std::span<const EstimatedVariance> variances) {
    double sum = 0;
    double degrees = 0;
    for (const EstimatedVariance& variance : variances) {
        sum += variance.value;
        degrees += variance.degrees_of_freedom;
    }
    if (sum <= 0) {
        return {0, degrees};
    }
    // By shares, since the squares of tiny variances would underflow to 0 / 0.
    double inverse = 0;
    for (const EstimatedVariance& variance : variances) {
        const double share = variance.value / sum;
        inverse += share * share / variance.degrees_of_freedom;
    }
    return {sum, 1 / inverse};
}

Centre centre_of(std::span<const double> figures) {
    std::vector<double> values = logarithms_of_launches(figures);
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
    return {mean, {deviation * deviation * static_cast<double>(count - 1) / (kept * (kept - 1)), kept - 1}};
}

RatioEstimate ratio_with(double difference, const EstimatedVariance& variance) {
    const double value = std::exp(difference);
    if (variance.value <= 0) {
        return {value, {value, value}, 0, variance.degrees_of_freedom};
    }
    const double error = std::sqrt(variance.value);
    const double half = student_t_limit(variance.degrees_of_freedom, interval_confidence) * error;
    return {value, {std::exp(difference - half), std::exp(difference + half)}, error, variance.degrees_of_freedom};
}

}  // namespace gravbench::stats
