#include "results/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/errors.h"
#include "stats/quantile.h"
#include "stats/summary.h"
#include "stats/typical_quantile.h"

namespace gravbench::results {
namespace {

constexpr double ns_per_ms = 1e6;
constexpr double ns_per_s = 1e9;

std::vector<double> sorted_ms(const std::vector<Block>& blocks) {
    std::vector<double> samples;
    for (const Block& block : blocks) {
        for (const std::int64_t sample : block.samples_ns) {
            samples.push_back(static_cast<double>(sample) / ns_per_ms);
        }
    }
    std::sort(samples.begin(), samples.end());
    return samples;
}

Json to_json(const std::optional<stats::Interval>& interval) {
    return interval ? Json{interval->low, interval->high} : Json();
}

/// A figure of some samples in ascending order; nothing where they are too few for it.
using FigureOf = std::function<std::optional<double>(const std::vector<double>& sorted)>;

FigureOf figure_named(const std::string& name) {
    if (name == "mean") {
        return [](const auto& sorted) { return stats::moments(sorted).mean; };
    }
    for (const auto& [known, probability] : percentiles()) {
        if (name == known) {
            return [p = probability](const auto& sorted) {
                return sorted.size() < stats::launch_samples_needed(p)
                           ? std::nullopt
                           : std::optional(stats::launch_quantile(sorted, p));
            };
        }
    }
    throw DataError("there is no latency figure \"" + name + "\"");
}

/// The figure of each block; none where one of them has too few samples.
std::vector<double> block_figures(const LaunchRecord& launch, const FigureOf& figure) {
    std::vector<double> figures;
    for (const Block& block : launch.blocks) {
        const auto of_block = figure(sorted_ms({block}));
        if (!of_block) {
            return {};
        }
        figures.push_back(*of_block);
    }
    return figures;
}

double geometric_mean(const std::vector<stats::LaunchFigure>& launches) {
    double sum = 0;
    for (const stats::LaunchFigure& launch : launches) {
        sum += std::log(launch.value);
    }
    return std::exp(sum / static_cast<double>(launches.size()));
}

/// Why a percentile cannot be given; empty where it can.
std::string lack_of_samples(const std::vector<LaunchRecord>& launches, double probability) {
    std::size_t samples = 0;
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (const LaunchRecord& launch : launches) {
        const std::size_t of_launch = sorted_ms(launch.blocks).size();
        samples += of_launch;
        fewest = std::min(fewest, of_launch);
    }
    const std::size_t needed = stats::samples_needed(probability);
    const std::size_t needed_of_launch = stats::launch_samples_needed(probability);
    if (samples < needed) {
        return fmt::format("needs at least {} samples, there are {}", needed, samples);
    }
    return fewest < needed_of_launch
               ? fmt::format("needs at least {} samples of each launch, one has {}", needed_of_launch, fewest)
               : "";
}

void add_percentile(const std::vector<LaunchRecord>& launches, const Percentile& percentile, Json& result,
                    Json& intervals, Json& reasons) {
    const std::string name = percentile.name;
    const auto estimate = estimate_of(launches, name);
    result[name] = estimate ? Json(estimate->value) : Json();
    intervals[name + "_ci95"] = estimate ? to_json(estimate->ci95) : Json();
    if (!estimate) {
        reasons[name] = reasons[name + "_ci95"] = lack_of_samples(launches, percentile.probability);
    } else if (launches.size() < 2) {
        reasons[name + "_ci95"] = "an interval needs at least 2 launches";
    }
}

}  // namespace

const std::vector<Percentile>& percentiles() {
    static const std::vector<Percentile> table{
        {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99_9", 0.999}};
    return table;
}

std::optional<std::vector<stats::LaunchFigure>> launch_figures(const std::vector<LaunchRecord>& launches,
                                                               const std::string& name) {
    const FigureOf figure = figure_named(name);
    std::vector<stats::LaunchFigure> figures;
    for (const LaunchRecord& launch : launches) {
        const auto value = figure(sorted_ms(launch.blocks));
        if (!value) {
            return std::nullopt;
        }
        figures.push_back({*value, block_figures(launch, figure)});
    }
    return figures;
}

std::optional<stats::Estimate> estimate_of(const std::vector<LaunchRecord>& launches, const std::string& name) {
    const auto percentile = std::find_if(percentiles().begin(), percentiles().end(),
                                         [&](const Percentile& one) { return name == one.name; });
    const bool is_percentile = percentile != percentiles().end();
    if (is_percentile && !lack_of_samples(launches, percentile->probability).empty()) {
        return std::nullopt;
    }
    if (is_percentile && percentile->probability != 0.5) {
        return stats::typical_quantiles(samples_of(launches), std::vector<double>{percentile->probability}).front();
    }
    const std::vector<stats::LaunchFigure> figures = launch_figures(launches, name).value();
    return stats::Estimate{geometric_mean(figures), stats::bootstrap_interval(figures, bootstrap_seed)};
}

stats::Samples samples_of(const std::vector<LaunchRecord>& launches) {
    stats::Samples samples;
    for (const LaunchRecord& launch : launches) {
        auto& blocks = samples.emplace_back();
        for (const Block& block : launch.blocks) {
            blocks.push_back(sorted_ms({block}));
        }
    }
    return samples;
}

Json latency(const std::vector<LaunchRecord>& launches) {
    std::vector<double> pooled;
    for (const LaunchRecord& launch : launches) {
        const std::vector<double> samples = sorted_ms(launch.blocks);
        pooled.insert(pooled.end(), samples.begin(), samples.end());
    }
    std::sort(pooled.begin(), pooled.end());
    const stats::Moments moments = stats::moments(pooled);
    Json result{{"mean", moments.mean}, {"stddev", moments.stddev}, {"min", pooled.front()}};
    Json intervals = Json::object();
    Json reasons = Json::object();
    for (const Percentile& percentile : percentiles()) {
        add_percentile(launches, percentile, result, intervals, reasons);
    }
    result["max"] = pooled.back();
    result.update(intervals);
    const auto of_mean = estimate_of(launches, "mean")->ci95;
    result["mean_ci95"] = of_mean ? to_json(stats::widened_to(*of_mean, moments.mean)) : Json();
    if (launches.size() < 2) {
        reasons["mean_ci95"] = "an interval needs at least 2 launches";
    }
    result["samples"] = pooled.size();
    result["launches"] = launches.size();
    result["reasons"] = reasons;
    return result;
}

Json throughput(const std::vector<LaunchRecord>& launches, std::int64_t batch) {
    std::vector<stats::LaunchFigure> values;
    double items = 0;
    double seconds = 0;
    for (const LaunchRecord& launch : launches) {
        double launch_items = 0;
        double launch_seconds = 0;
        for (const Block& block : launch.blocks) {
            launch_items += static_cast<double>(block.samples_ns.size()) * static_cast<double>(batch);
            launch_seconds += static_cast<double>(block.wall_ns) / ns_per_s;
        }
        values.push_back({launch_items / launch_seconds, {}});
        items += launch_items;
        seconds += launch_seconds;
    }
    const double value = items / seconds;
    const auto interval = stats::bootstrap_interval(values, bootstrap_seed);
    return {{"value", value}, {"ci95", interval ? to_json(stats::widened_to(*interval, value)) : Json()}};
}

Json cold_start(const std::vector<LaunchRecord>& launches) {
    const auto median = [&](std::int64_t ColdStart::*member) {
        std::vector<double> values;
        for (const LaunchRecord& launch : launches) {
            if (launch.cold_start) {
                values.push_back(static_cast<double>((*launch.cold_start).*member) / ns_per_ms);
            }
        }
        std::sort(values.begin(), values.end());
        return values.empty() ? Json() : Json(stats::quantile(values, 0.5));
    };
    const bool has_second = std::all_of(launches.begin(), launches.end(),
                                        [](const LaunchRecord& launch) { return launch.warmup_inferences >= 2; });
    return {{"start", median(&ColdStart::start_ns)},
            {"load", median(&ColdStart::load_ns)},
            {"prepare", median(&ColdStart::prepare_ns)},
            {"first_inference", median(&ColdStart::first_inference_ns)},
            {"second_inference", has_second ? median(&ColdStart::second_inference_ns) : Json()}};
}

}  // namespace gravbench::results
