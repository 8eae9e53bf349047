#include "stats/quantile.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"

namespace gravbench::stats {

double quantile(std::span<const double> sorted, double probability) {
    if (sorted.empty()) {
        throw DataError("a quantile needs at least one sample");
    }
    const double rank = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (rank - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::size_t samples_needed(double probability) {
    return static_cast<std::size_t>(std::ceil(std::log(0.05) / std::log(probability)));
}

}  // namespace gravbench::stats
