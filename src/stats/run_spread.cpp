#include "stats/run_spread.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <string>

#include "base/errors.h"
#include "stats/student.h"

namespace gravbench::stats {
namespace {

/// What a side's launches scatter beyond those that the spread holds already.
EstimatedVariance beyond(const Centre& side, const RunSpread& spread) {
    return {std::max(0.0, side.squared_error.value - spread.launches_part), side.squared_error.degrees_of_freedom};
}

}  // namespace

std::optional<RunSpread> run_spread_of(const Runs& runs) {
    double squares = 0;
    double degrees = 0;
    double launches = 0;
    double count = 0;
    for (const std::vector<Centre>& group : runs) {
        if (group.size() < 2) {
            continue;
        }
        std::vector<double> values;
        for (const Centre& run : group) {
            values.push_back(run.value);
            launches += run.squared_error.value;
        }
        const double deviation = moments(values).stddev;
        const auto of_group = static_cast<double>(group.size() - 1);
        squares += deviation * deviation * of_group;
        degrees += of_group;
        count += static_cast<double>(group.size());
    }
    if (degrees < fewest_degrees_of_spread) {
        return std::nullopt;
    }
    return RunSpread{{squares / degrees, degrees}, launches / count};
}

Estimate deviation_of(const EstimatedVariance& variance) {
    const boost::math::chi_squared distribution(variance.degrees_of_freedom);
    constexpr double outside = (1 - interval_confidence) / 2;
    const auto deviation = [&](double probability) {
        return std::sqrt(variance.value * variance.degrees_of_freedom /
                         boost::math::quantile(distribution, probability));
    };
    return {std::sqrt(variance.value), Interval{deviation(1 - outside), deviation(outside)}};
}

Centre centre_of_run(std::span<const double> launches, const RunSpread& spread) {
    const Centre centre = centre_of(launches);
    return {centre.value, sum_of(std::array{beyond(centre, spread), spread.variance})};
}

Centre centre_of_runs(std::span<const double> logarithms) {
    if (logarithms.size() < 2) {
        throw DataError("an interval over runs needs at least 2 of them; there are " +
                        std::to_string(logarithms.size()));
    }
    const Moments of_runs = moments(logarithms);
    const auto count = static_cast<double>(logarithms.size());
    return {of_runs.mean, {of_runs.stddev * of_runs.stddev / count, count - 1}};
}

RatioEstimate ratio_between(const Centre& base, const Centre& other) {
    return ratio_with(other.value - base.value, sum_of(std::array{base.squared_error, other.squared_error}));
}

RatioEstimate ratio_of_runs(std::span<const double> base, const RunSpread& base_spread, std::span<const double> other,
                            const RunSpread& other_spread, bool is_one_spread) {
    if (!is_one_spread) {
        return ratio_between(centre_of_run(base, base_spread), centre_of_run(other, other_spread));
    }
    const Centre of_base = centre_of(base);
    const Centre of_other = centre_of(other);
    const EstimatedVariance of_both{2 * base_spread.variance.value, base_spread.variance.degrees_of_freedom};
    return ratio_with(of_other.value - of_base.value,
                      sum_of(std::array{beyond(of_base, base_spread), beyond(of_other, other_spread), of_both}));
}

}  // namespace gravbench::stats
