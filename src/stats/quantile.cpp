#include "stats/quantile.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
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

double unbiased_rank(std::size_t count, double probability) {
    if (!(probability >= 0 && probability <= 1)) {
        throw_not_a_probability(probability, "[0, 1]");
    }
    const auto samples = static_cast<double>(count);
    return std::clamp(probability * (samples + 1.0 / 3) + 1.0 / 3, 1.0, samples);
}

double launch_quantile(std::span<const double> sorted, double probability) {
    if (sorted.empty()) {
        throw DataError("a quantile needs at least one sample");
    }
    const double rank = unbiased_rank(sorted.size(), probability);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size());
    return sorted[below - 1] + (rank - static_cast<double>(below)) * (sorted[above - 1] - sorted[below - 1]);
}

double launch_quantile_of_unsorted(std::span<double> samples, double probability) {
    if (!samples.empty()) {
        // The two samples that it lies between go where sorting would put them.
        const auto below = static_cast<std::size_t>(unbiased_rank(samples.size(), probability));
        const auto after = samples.begin() + static_cast<std::ptrdiff_t>(below);
        std::nth_element(samples.begin(), after - 1, samples.end());
        if (after != samples.end()) {
            std::iter_swap(after, std::min_element(after, samples.end()));
        }
    }
    return launch_quantile(samples, probability);
}

std::size_t launch_samples_needed(double probability) {
    if (!(probability > 0 && probability < 1)) {
        throw_not_a_probability(probability, "(0, 1)");
    }
    // The rank p (n + 1/3) + 1/3 is at most n where n (1 - p) >= (p + 1) / 3; below p50 the same from the other end.
    const double outer = std::max(probability, 1 - probability);
    constexpr double rounding = 1e-9;
    return static_cast<std::size_t>(std::max(1.0, std::ceil((outer + 1) / 3 / (1 - outer) - rounding)));
}

std::optional<Interval> order_statistics_interval(std::span<const double> sorted, double probability,
                                                  double confidence) {
    if (!(probability > 0 && probability < 1)) {
        throw_not_a_probability(probability, "(0, 1)");
    }
    if (sorted.empty()) {
        return std::nullopt;
    }
    const boost::math::binomial below(static_cast<double>(sorted.size()), probability);
    const double tail = (1 - confidence) / 2;
    // The sample of rank i (from 1) is at or above the quantile with probability P(B < i).
    const auto chance_below = [&](std::size_t rank) {
        return rank == 0 ? 0.0 : boost::math::cdf(below, static_cast<double>(rank - 1));
    };
    std::size_t low = 0;
    while (low < sorted.size() && chance_below(low + 1) <= tail) {
        ++low;
    }
    std::size_t high = sorted.size();
    while (high > 1 && 1 - chance_below(high - 1) <= tail) {
        --high;
    }
    const bool is_supported = low >= 1 && 1 - chance_below(high) <= tail;
    return is_supported ? std::optional(Interval{sorted[low - 1], sorted[high - 1]}) : std::nullopt;
}

}  // namespace gravbench::stats
