#include "stats/summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/errors.h"

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

Interval widened_to(Interval interval, double point) {
    return {std::min(interval.low, point), std::max(interval.high, point)};
}

}  // namespace gravbench::stats
