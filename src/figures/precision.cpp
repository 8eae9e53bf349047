#include "figures/precision.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "figures/launch_noise.h"
#include "stats/comparison.h"

namespace gravbench::figures {
namespace {

/// Nobody follows a design that takes longer.
constexpr double most_design_seconds = 100.0 * 3600;

std::map<int, double> figures_by_number(const Launches& launches, const std::string& metric) {
    std::map<int, double> figures;
    for (const records::Launch& launch : launches) {
        if (const auto figure = launch_figure(launch, metric)) {
            figures[launch.number] = *figure;
        }
    }
    return figures;
}

double half_width_of(const stats::Interval& interval) {
    return std::log(interval.high / interval.low) / 2;
}

}  // namespace

std::optional<double> half_width(const Launches& launches, const std::string& metric) {
    const Figure figure = launches.empty() ? Figure() : latency_figure(launches, metric);
    return figure.ci95 ? std::optional(half_width_of(*figure.ci95)) : std::nullopt;
}

std::optional<double> half_width(const std::vector<stats::LaunchFigure>& figures) {
    const auto interval = stats::bootstrap_interval(figures, bootstrap_seed);
    return interval ? std::optional(half_width_of(*interval)) : std::nullopt;
}

std::optional<double> ratio_half_width(const Launches& base, const Launches& other, const std::string& metric) {
    const std::map<int, double> of_base = figures_by_number(base, metric);
    std::vector<double> ratios;
    for (const auto& [number, figure] : figures_by_number(other, metric)) {
        if (const auto found = of_base.find(number); found != of_base.end()) {
            ratios.push_back(figure / found->second);
        }
    }
    return ratio_half_width(ratios);
}

std::optional<double> ratio_half_width(const std::vector<double>& ratios) {
    return ratios.size() < 2 ? std::nullopt : std::optional(half_width_of(stats::paired_ratio_of(ratios).ci95));
}

std::optional<Precision> precision(const Launches& launches, const std::string& metric, std::optional<double> wanted) {
    if (launches.size() < 2) {
        return std::nullopt;
    }
    // What a design is for where the number of launches was given.
    constexpr double unasked = 0.02;
    const stats::VarianceComponents components = stats::variance_components(samples_of(launches));
    Precision result;
    result.metric = metric;
    result.wanted = wanted;
    result.reached = half_width(launches, metric);
    result.between_launches = std::sqrt(components.between_launches);
    result.between_blocks = std::sqrt(components.between_blocks);
    result.within_blocks = std::sqrt(components.within_blocks);
    std::vector<LaunchNoise> noise;
    std::transform(launches.begin(), launches.end(), std::back_inserter(noise), noise_of);
    const stats::Design design = stats::cheapest_design(components, costs_of(noise), wanted.value_or(unasked));
    if (design.seconds <= most_design_seconds) {
        result.design = design;
    }
    return result;
}

}  // namespace gravbench::figures
