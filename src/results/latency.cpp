#include "results/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "stats/quantile.h"
#include "stats/summary.h"

namespace gravbench::results {
namespace {

constexpr double ns_per_ms = 1e6;
constexpr double ns_per_s = 1e9;

std::vector<double> sorted_ms(const LaunchRecord& launch) {
    std::vector<double> samples;
    for (const Block& block : launch.blocks) {
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

/// Interval over launches for a figure that each launch has one of, made to hold the figure of all samples together.
Json interval_over(const std::vector<std::vector<double>>& launches, double pooled,
                   const std::function<double(const std::vector<double>&)>& figure) {
    std::vector<double> values;
    for (const auto& samples : launches) {
        values.push_back(figure(samples));
    }
    const auto interval = stats::positive_launch_interval(values);
    return interval ? to_json(stats::widened_to(*interval, pooled)) : Json();
}

}  // namespace

const std::vector<Percentile>& percentiles() {
    static const std::vector<Percentile> table{
        {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99_9", 0.999}};
    return table;
}

Json latency(const std::vector<LaunchRecord>& launches) {
    std::vector<std::vector<double>> by_launch;
    std::vector<double> pooled;
    for (const LaunchRecord& launch : launches) {
        by_launch.push_back(sorted_ms(launch));
        pooled.insert(pooled.end(), by_launch.back().begin(), by_launch.back().end());
    }
    std::sort(pooled.begin(), pooled.end());
    const stats::Moments moments = stats::moments(pooled);
    Json result{{"mean", moments.mean}, {"stddev", moments.stddev}, {"min", pooled.front()}};
    Json reasons = Json::object();
    for (const auto& [name, probability] : percentiles()) {
        const std::size_t needed = stats::samples_needed(probability);
        if (pooled.size() >= needed) {
            result[name] = stats::quantile(pooled, probability);
        } else {
            result[name] = nullptr;
            reasons[name] = fmt::format("needs at least {} samples, there are {}", needed, pooled.size());
        }
    }
    result["max"] = pooled.back();
    const double p50 = stats::quantile(pooled, 0.5);
    result["p50_ci95"] =
        interval_over(by_launch, p50, [](const auto& samples) { return stats::quantile(samples, 0.5); });
    result["mean_ci95"] =
        interval_over(by_launch, moments.mean, [](const auto& samples) { return stats::moments(samples).mean; });
    if (result["p50"].is_null()) {
        result["p50_ci95"] = nullptr;
        reasons["p50_ci95"] = reasons["p50"];
    }
    if (launches.size() < 2) {
        reasons["p50_ci95"] = reasons["mean_ci95"] = "an interval needs at least 2 launches";
    }
    result["samples"] = pooled.size();
    result["launches"] = launches.size();
    result["reasons"] = reasons;
    return result;
}

Json throughput(const std::vector<LaunchRecord>& launches, std::int64_t batch) {
    std::vector<double> values;
    double items = 0;
    double seconds = 0;
    for (const LaunchRecord& launch : launches) {
        double launch_items = 0;
        double launch_seconds = 0;
        for (const Block& block : launch.blocks) {
            launch_items += static_cast<double>(block.samples_ns.size()) * static_cast<double>(batch);
            launch_seconds += static_cast<double>(block.wall_ns) / ns_per_s;
        }
        values.push_back(launch_items / launch_seconds);
        items += launch_items;
        seconds += launch_seconds;
    }
    const double value = items / seconds;
    const auto interval = stats::positive_launch_interval(values);
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
