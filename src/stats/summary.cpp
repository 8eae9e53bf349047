#include "stats/summary.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "base/errors.h"

namespace gravbench::stats {

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

std::optional<Interval> launch_interval(std::span<const double> launches) {
    if (launches.size() < 2) {
        return std::nullopt;
    }
    const Moments over_launches = moments(launches);
    const auto count = static_cast<double>(launches.size());
    const double t = boost::math::quantile(boost::math::students_t(count - 1), 0.975);
    const double half = t * over_launches.stddev / std::sqrt(count);
    return Interval{over_launches.mean - half, over_launches.mean + half};
}

Interval widened_to(Interval interval, double point) {
    return {std::min(interval.low, point), std::max(interval.high, point)};
}

Ratio paired_ratio(std::span<const double> base, std::span<const double> other) {
    if (base.size() != other.size() || base.size() < 2) {
        throw DataError("a paired ratio needs two lists of the same length, at least 2");
    }
    std::vector<double> logarithms;
    for (std::size_t i = 0; i < base.size(); ++i) {
        if (base[i] <= 0 || other[i] <= 0) {
            throw DataError("a ratio needs numbers above 0");
        }
        logarithms.push_back(std::log(other[i] / base[i]));
    }
    const Interval interval = *launch_interval(logarithms);
    return {std::exp(moments(logarithms).mean), {std::exp(interval.low), std::exp(interval.high)}};
}

}  // namespace gravbench::stats
