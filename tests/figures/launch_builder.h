#pragma once

#include <vector>

#include "figures/latency.h"

/// Launches as a cell's figures are computed from. A test changes the members that it is about.
namespace gravbench::test {

inline records::Block block(const std::vector<double>& samples_ms, double wall_ms = 0) {
    constexpr double ns_per_ms = 1e6;
    records::Block result;
    double sum = 0;
    for (const double sample : samples_ms) {
        result.samples_ns.push_back(static_cast<std::int64_t>(sample * ns_per_ms + 0.5));
        sum += sample;
    }
    result.wall_ns = static_cast<std::int64_t>((wall_ms == 0 ? sum : wall_ms) * ns_per_ms + 0.5);
    return result;
}

/// A launch with one block of these samples.
inline records::Launch launch(const std::vector<double>& samples_ms = {10, 10, 10, 10, 10}, int number = 0) {
    records::Launch result;
    result.number = number;
    result.blocks.push_back(block(samples_ms));
    result.cold_start = records::ColdStart{300000000, 80000000, 20000000, 50000000, 15000000};
    result.warmup_inferences = 3;
    result.busy_ns = 2000000000;
    result.peak_rss_bytes = 512 << 20;
    result.inputs_digest = "8f3a1c20b7d4e956";
    return result;
}

/// Launches with these medians; within each one the samples differ by a thousandth.
inline figures::Launches with_medians(const std::vector<double>& medians_ms) {
    figures::Launches launches;
    for (const double middle : medians_ms) {
        launches.push_back(launch({middle * 0.999, middle, middle * 1.001, middle * 0.9995, middle * 1.0005},
                                  static_cast<int>(launches.size())));
    }
    return launches;
}

}  // namespace gravbench::test
