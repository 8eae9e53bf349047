#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "document/document.h"
#include "plan/setting.h"

/// Documents for tests: everything has a default, and a test changes the members that it is about.
namespace gravbench::test {

inline constexpr double ns_per_ms = 1e6;

inline records::Block block_of(const std::vector<double>& samples_ms) {
    records::Block block;
    for (const double sample : samples_ms) {
        block.samples_ns.push_back(static_cast<std::int64_t>(sample * ns_per_ms + 0.5));
        block.wall_ns += block.samples_ns.back();
    }
    return block;
}

/// Two blocks of 7 samples about this median, which differ by a thousandth at most.
inline document::Launch launch_of(double median_ms, int number) {
    document::Launch launch;
    launch.measured.number = number;
    for (int i = 0; i < 2; ++i) {
        std::vector<double> samples;
        for (const double share : {1.0, 0.999, 1.001, 0.9995, 1.0005, 0.9998, 1.0002}) {
            samples.push_back(median_ms * share);
        }
        launch.measured.blocks.push_back(block_of(samples));
    }
    launch.measured.cold_start = records::ColdStart{300000000, 80000000, 20000000, 50000000, 15000000};
    launch.measured.warmup_inferences = 5;
    launch.measured.busy_ns = 2000000000;
    launch.measured.peak_rss_bytes = std::int64_t{256} << 20;
    launch.measured.inputs_digest = "8f3a1c20b7d4e956";
    return launch;
}

/// What follows from the launches and the identity.
inline void refresh(document::Cell& cell) {
    cell.key = plan::key_of(cell.identity);
    cell.is_valid = !cell.launches.empty();
    if (cell.launches.empty()) {
        return;
    }
    figures::Launches measured;
    for (const document::Launch& launch : cell.launches) {
        measured.push_back(launch.measured);
    }
    cell.latency = figures::latency(measured);
    cell.throughput = figures::throughput(measured, cell.batch());
    cell.cold_start = figures::cold_start(measured);
    cell.peak_rss_bytes = figures::peak_rss_bytes(measured);
}

/// A valid cell of "net" on "torch" with batch 1, these settings beside the defaults, and a launch for each median.
inline document::Cell cell_of(const std::vector<double>& medians_ms, const plan::Settings& settings = {}) {
    document::Cell cell;
    cell.identity = {"net", plan::default_engine, {{"batch", 1}}, settings, {}, 1};
    cell.model.name = "net";
    cell.model.sha256 = std::string(64, 'a');
    cell.model.weights_kind = "random";
    cell.engine = 0;
    cell.machine = 0;
    for (const plan::Setting& setting : plan::settings()) {
        if (setting.via != plan::Setting::Via::shape && setting.via != plan::Setting::Via::program) {
            cell.requested[setting.name] = setting.default_value;
        }
    }
    for (const auto& [name, value] : settings) {
        cell.requested[name] = value;
    }
    cell.effective["threads"] = std::int64_t{4};
    for (const double median : medians_ms) {
        cell.launches.push_back(launch_of(median, static_cast<int>(cell.launches.size())));
    }
    refresh(cell);
    return cell;
}

/// A document of one run of these cells on a c7g.xlarge. Two of the same `run` are of one run.
inline document::Document document_of(std::vector<document::Cell> cells, const std::string& run = "one") {
    document::Document document;
    document.name = run + ".json";
    document.run.id = run;
    document.run.tool = {"0.2.0", "abc"};
    document.run.seed = 1;
    document::Machine machine;
    machine.host.instance_type = "c7g.xlarge";
    machine.host.arch = "aarch64";
    machine.host.cpu = "Neoverse V1 (Graviton3)";
    machine.host.vcpus = machine.host.usable_cpus = machine.host.physical_cores = 4;
    document.machines.push_back(machine);
    document::Engine engine;
    engine.description.name = "torch";
    engine.description.version = "2.13.0";
    engine.description.libraries = {{"onednn", "3.12.0"}, {"acl", std::nullopt}};
    engine.description.arch = "aarch64";
    document.engines.push_back(engine);
    document.cells = std::move(cells);
    return document;
}

/// Earlier runs of the document's cells, of two launches that agree, each alternately this share faster and slower.
inline std::vector<document::Document> earlier_runs(const document::Document& like, double share) {
    constexpr int count = 8;
    std::vector<document::Document> runs;
    for (int i = 0; i < count; ++i) {
        const double median_ms = i % 2 == 0 ? 10 * (1 + share) : 10 / (1 + share);
        runs.push_back(like);
        runs.back().run.id = "earlier " + std::to_string(i);
        for (document::Cell& cell : runs.back().cells) {
            cell.launches = {launch_of(median_ms, 0), launch_of(median_ms, 1)};
            refresh(cell);
        }
    }
    return runs;
}

}  // namespace gravbench::test
