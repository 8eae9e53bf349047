#include "stats/quantile.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/errors.h"

namespace gravbench::stats {
namespace {

[[noreturn]] void throw_not_a_probability(double probability, const char* range) {
    throw DataError("a quantile's probability is " + std::to_string(probability) + "; it must lie in " + range);
}

}  // namespace

double quantile(std::span<const double> sorted, double probability) {
    if (sorted.empty()) {
        throw DataError("a quantile needs at least one sample");
    }
    if (!(probability >= 0 && probability <= 1)) {
        throw_not_a_probability(probability, "[0, 1]");
    }
    const double rank = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (rank - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::size_t samples_needed(double probability) {
    if (!(probability > 0 && probability < 1)) {
        throw_not_a_probability(probability, "(0, 1)");
    }
    const double towards_the_tail = std::max(probability, 1 - probability);
    return static_cast<std::size_t>(std::ceil(std::log(0.05) / std::log(towards_the_tail)));
}

}  // namespace gravbench::stats
