#include "results/precision.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "results/latency.h"
#include "stats/comparison.h"
#include "stats/variance.h"

namespace gravbench::results {
namespace {

constexpr double ns_per_s = 1e9;

std::map<int, double> figures_by_number(const std::vector<LaunchRecord>& launches, const std::string& metric) {
    std::map<int, double> figures;
    for (const LaunchRecord& launch : complete(launches)) {
        if (const auto figure = launch_figures({launch}, metric)) {
            figures[launch.number] = figure->front().value;
        }
    }
    return figures;
}

/// What a launch cost beyond its inferences, and an inference, in the mean of these.
stats::Costs costs_of(const std::vector<LaunchRecord>& launches) {
    double busy_s = 0;
    double measured_s = 0;
    double inferences = 0;
    for (const LaunchRecord& launch : launches) {
        busy_s += static_cast<double>(launch.busy_ns) / ns_per_s;
        for (const Block& block : launch.blocks) {
            measured_s += static_cast<double>(block.wall_ns) / ns_per_s;
            inferences += static_cast<double>(block.samples_ns.size());
        }
    }
    const auto count = static_cast<double>(launches.size());
    // What lies between two blocks is not measured apart; the front's part of it is some milliseconds.
    constexpr double block_s = 0.005;
    return {std::max(0.0, busy_s - measured_s) / count, block_s, measured_s / std::max(1.0, inferences)};
}

Json design_json(const stats::VarianceComponents& components, const stats::Costs& costs, double precision) {
    const stats::Design design = stats::cheapest_design(components, costs, precision);
    return {{"launches", design.launches},
            {"blocks", design.blocks},
            {"iterations", design.inferences},
            {"seconds", design.seconds}};
}

}  // namespace

std::optional<double> half_width(const std::vector<LaunchRecord>& launches, const std::string& metric) {
    const std::vector<LaunchRecord> measured = complete(launches);
    const auto estimate = measured.empty() ? std::nullopt : estimate_of(measured, metric);
    return estimate && estimate->ci95 ? std::optional(std::log(estimate->ci95->high / estimate->ci95->low) / 2)
                                      : std::nullopt;
}

std::optional<double> ratio_half_width(const std::vector<LaunchRecord>& base, const std::vector<LaunchRecord>& other,
                                       const std::string& metric) {
    const std::map<int, double> of_base = figures_by_number(base, metric);
    std::vector<double> ratios;
    for (const auto& [number, figure] : figures_by_number(other, metric)) {
        if (const auto found = of_base.find(number); found != of_base.end()) {
            ratios.push_back(figure / found->second);
        }
    }
    if (ratios.size() < 2) {
        return std::nullopt;
    }
    const stats::RatioEstimate ratio = stats::paired_ratio_of(ratios);
    return std::log(ratio.ci95.high / ratio.ci95.low) / 2;
}

bool is_precise(const std::vector<LaunchRecord>& launches, const plan::RunOptions& options) {
    const auto reached = half_width(launches, options.metric);
    return reached && *reached <= options.wanted_precision();
}

bool is_ratio_precise(const std::vector<LaunchRecord>& base, const std::vector<LaunchRecord>& other,
                      const plan::RunOptions& options) {
    const auto reached = ratio_half_width(base, other, options.metric);
    return reached && *reached <= options.wanted_precision();
}

Json precision_json(const std::vector<LaunchRecord>& all, const plan::RunOptions& options) {
    const std::vector<LaunchRecord> launches = complete(all);
    if (launches.size() < 2) {
        return nullptr;
    }
    const stats::VarianceComponents components = stats::variance_components(samples_of(launches));
    const auto reached = half_width(launches, options.metric);
    const double wanted = options.wanted_precision();
    return {{"metric", options.metric},
            {"wanted", options.has_fixed_launches ? Json() : Json(wanted)},
            {"reached", reached ? Json(*reached) : Json()},
            {"deviation",
             {{"between_launches", std::sqrt(components.between_launches)},
              {"between_blocks", std::sqrt(components.between_blocks)},
              {"within_blocks", std::sqrt(components.within_blocks)}}},
            {"design", design_json(components, costs_of(launches), wanted)}};
}

}  // namespace gravbench::results
