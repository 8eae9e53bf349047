#include "stats/summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/errors.h"
#include "stats/student.h"

namespace gravbench::stats {
std::vector<double> logarithms(std::span<const double> figures) {
    std::vector<double> result;
    result.reserve(figures.size());
    for (const double figure : figures) {
        if (!(figure > 0 && std::isfinite(figure))) {
            throw DataError("a logarithm needs finite numbers above 0, not " + std::to_string(figure));
        }
        result.push_back(std::log(figure));
    }
    return result;
}

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
    const double half = student_t_limit(count - 1, confidence) * over_launches.stddev / std::sqrt(count);
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

}  // namespace gravbench::stats
