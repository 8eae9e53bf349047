#include "figures/launch_noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/clock.h"
#include "stats/quantile.h"
#include "stats/summary.h"

namespace gravbench::figures {
namespace {

/// Of a median over that of a mean, where samples are normal.
constexpr double median_variance = std::numbers::pi / 2;

/// Blocks' figures, launch by launch, each alone in its block.
using BlockFigures = stats::Samples;

struct Totals {
    double busy_s = 0;
    double measured_s = 0;
    double inferences = 0;
    double blocks = 0;
};

Totals totals_of(std::span<const LaunchNoise> launches) {
    Totals totals;
    for (const LaunchNoise& launch : launches) {
        totals.busy_s += launch.busy_s;
        totals.measured_s += launch.measured_s;
        totals.inferences += static_cast<double>(launch.inferences);
        totals.blocks += static_cast<double>(launch.block_medians.size());
    }
    return totals;
}

/// Of an inference, as it enters a block's figure.
double variance_within(std::span<const LaunchNoise> launches) {
    double squares = 0;
    double degrees = 0;
    for (const LaunchNoise& launch : launches) {
        squares += launch.within_squares;
        degrees += launch.within_degrees;
    }
    return degrees > 0 ? median_variance * squares / degrees : 0;
}

/// Launches agree by chance where they are few: they are taken to differ by this much too.
double with_prior(double variance, std::size_t launches) {
    constexpr double prior_deviation = 0.01;
    constexpr double prior_degrees = 2;
    const double degrees = static_cast<double>(launches) - 1;
    return (prior_degrees * prior_deviation * prior_deviation + degrees * variance) / (prior_degrees + degrees);
}

/// `variance_of_inferences` is what they leave in a block's figure.
stats::VarianceComponents components(const BlockFigures& figures, double variance_of_inferences, double inferences) {
    constexpr double least_of_blocks = 0.5;
    stats::VarianceComponents found = stats::variance_components(figures);
    const double of_inferences = std::min(variance_of_inferences, (1 - least_of_blocks) * found.between_blocks);
    found.within_blocks = of_inferences * inferences;
    found.between_blocks -= of_inferences;
    found.between_launches = with_prior(found.between_launches, found.launches);
    return found;
}

}  // namespace

LaunchNoise noise_of(const records::Launch& launch) {
    LaunchNoise noise;
    for (const records::Block& block : launch.blocks) {
        std::vector<double> samples = records::latencies_ms({&block, 1});
        const stats::Moments moments = stats::moments(stats::logarithms(samples));
        const auto degrees = static_cast<double>(samples.size() - 1);
        noise.block_medians.push_back(stats::launch_quantile_of_unsorted(samples, 0.5));
        noise.within_squares += moments.stddev * moments.stddev * degrees;
        noise.within_degrees += degrees;
        noise.inferences += samples.size();
        noise.measured_s += static_cast<double>(block.wall_ns) / ns_per_s;
    }
    noise.busy_s = static_cast<double>(launch.busy_ns) / ns_per_s;
    return noise;
}

double inferences_of_block(std::span<const LaunchNoise> launches) {
    const Totals totals = totals_of(launches);
    return totals.inferences / std::max(1.0, totals.blocks);
}

stats::Costs costs_of(std::span<const LaunchNoise> launches) {
    const Totals totals = totals_of(launches);
    // An engine is woken up for 20 ms and to the end of a call, and its threads are waited for (run/launch.cpp).
    constexpr double around_block_s = 0.025;
    stats::Costs costs;
    costs.inference_s = totals.measured_s / std::max(1.0, totals.inferences);
    costs.block_s = around_block_s + costs.inference_s;
    costs.launch_s = std::max(0.0, totals.busy_s - totals.measured_s - totals.blocks * costs.block_s) /
                     std::max(1.0, static_cast<double>(launches.size()));
    return costs;
}

stats::VarianceComponents components_of(std::span<const LaunchNoise> launches) {
    BlockFigures figures;
    for (const LaunchNoise& launch : launches) {
        auto& of_launch = figures.emplace_back();
        for (const double median : launch.block_medians) {
            of_launch.push_back({median});
        }
    }
    const double inferences = inferences_of_block(launches);
    return components(figures, variance_within(launches) / inferences, inferences);
}

stats::VarianceComponents components_of_ratio(std::span<const LaunchNoise> base, std::span<const LaunchNoise> other) {
    BlockFigures ratios;
    for (std::size_t launch = 0; launch < std::min(base.size(), other.size()); ++launch) {
        auto& of_launch = ratios.emplace_back();
        const auto& of_base = base[launch].block_medians;
        const auto& of_other = other[launch].block_medians;
        for (std::size_t block = 0; block < std::min(of_base.size(), of_other.size()); ++block) {
            of_launch.push_back({of_other[block] / of_base[block]});
        }
    }
    const double of_base = inferences_of_block(base);
    const double of_other = inferences_of_block(other);
    return components(ratios, variance_within(base) / of_base + variance_within(other) / of_other,
                      (of_base + of_other) / 2);
}

}  // namespace gravbench::figures
