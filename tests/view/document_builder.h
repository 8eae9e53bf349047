#pragma once

#include <fmt/format.h>

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "document/document.h"
#include "plan/setting.h"

/// Documents as values, with everything defaulted but what a test is about.
namespace gravbench::view {

inline figures::Figure figure_of(double value) {
    return {value, stats::Interval{value * 0.98, value * 1.02}, "", ""};
}

inline figures::Figure missing(const std::string& reason) {
    return {std::nullopt, std::nullopt, reason, reason};
}

inline const std::string too_few_for_p99 = "needs at least 299 samples, there are 25";

inline figures::Latency some_latency(double p50_ms = 12.92) {
    figures::Latency latency;
    latency.mean = figure_of(p50_ms * 1.01);
    latency.stddev = 0.123456789012345;
    latency.min = p50_ms * 0.9;
    latency.max = p50_ms * 1.2;
    for (const figures::Percentile& percentile : figures::percentiles()) {
        latency.percentiles.push_back(percentile.probability < 0.98 ? figure_of(p50_ms * (0.5 + percentile.probability))
                                                                    : missing(too_few_for_p99));
    }
    latency.samples = 25;
    latency.launches = 5;
    return latency;
}

/// A figure of the latency, to be changed.
inline figures::Figure& percentile_of(figures::Latency& latency, const std::string& name) {
    for (std::size_t i = 0; i < figures::percentiles().size(); ++i) {
        if (figures::percentiles()[i].name == name) {
            return latency.percentiles[i];
        }
    }
    throw std::out_of_range(name);
}

/// What a cell may differ in.
struct Differences {
    plan::Shape shape = {{"batch", 1}};
    plan::Settings settings = {};
    std::map<std::string, std::string> environment = {};
    std::string engine = plan::default_engine;
    int variant = 1;
};

/// A cell that never had a complete launch.
inline document::Cell bare_cell(const Differences& differences = {}) {
    document::Cell cell;
    cell.identity = {"net",
                     differences.engine,
                     differences.shape,
                     differences.settings,
                     differences.environment,
                     differences.variant};
    cell.key = "net:batch=" + std::to_string(differences.shape.count("batch") ? differences.shape.at("batch") : 1);
    for (const auto& [name, value] : differences.settings) {
        cell.key += "," + name + "=" + text_of(value);
    }
    for (const plan::Setting& setting : plan::settings()) {
        if (setting.via != plan::Setting::Via::shape && setting.via != plan::Setting::Via::program) {
            cell.requested[setting.name] = setting.default_value;
        }
    }
    for (const auto& [name, value] : differences.settings) {
        cell.requested[name] = value;
    }
    cell.model.name = "net";
    cell.model.weights_kind = "pretrained";
    return cell;
}

/// A cell that was measured.
inline document::Cell some_cell(const Differences& differences = {}, double p50_ms = 12.92) {
    document::Cell cell = bare_cell(differences);
    cell.engine = 0;
    cell.machine = 0;
    cell.latency = some_latency(p50_ms);
    cell.throughput = figure_of(1000 / p50_ms);
    cell.cold_start = figures::ColdStart{300, 80, 20, 50, 15};
    cell.peak_rss_bytes = 512 << 20;
    cell.accuracy.emplace();
    cell.accuracy->outputs.cosine_similarity = 0.999994;
    cell.is_valid = true;
    return cell;
}

inline document::Cell failed_cell(const std::string& code, const Differences& differences = {}) {
    document::Cell cell = bare_cell(differences);
    cell.problems.push_back({code, "it went wrong"});
    cell.log_tail = "last words";
    return cell;
}

inline machine::Machine graviton3() {
    machine::Machine machine;
    machine.instance_type = "c7g.xlarge";
    machine.arch = "aarch64";
    machine.cpu = "Neoverse V1 (Graviton3)";
    machine.vcpus = machine.usable_cpus = machine.physical_cores = 4;
    return machine;
}

inline document::Engine some_engine(const std::string& version = "2.13.0") {
    document::Engine engine;
    engine.description = {"torch",     version,       {{"onednn", "3.12.0"}, {"acl", std::nullopt}},
                          "aarch64",   "Neoverse-V1", "SVE256",
                          std::nullopt};
    return engine;
}

inline document::Document document_of(std::vector<document::Cell> cells) {
    document::Document document;
    document.name = "results.json";
    document.run.id = "20260725-1";
    document.machines.push_back({graviton3()});
    document.engines.push_back(some_engine());
    document.cells = std::move(cells);
    return document;
}

/// Twelve cells that differ in many settings, with problems: wider than any terminal.
inline document::Document wide_document() {
    std::vector<document::Cell> cells;
    for (int i = 0; i < 12; ++i) {
        Differences differences;
        differences.shape = {{"batch", 1 << (i % 4)}, {"seq", 128}};
        differences.settings = {{"threads", std::int64_t{1 + i % 3}},
                                {"fpmath", std::string(i % 2 == 0 ? "strict" : "bf16")},
                                {"jit", std::string("freeze")},
                                {"allocator", std::string(i < 6 ? "tcmalloc" : "jemalloc")}};
        differences.environment = {{"DNNL_VERBOSE_TIMESTAMP", "1"}};
        cells.push_back(some_cell(differences, 10.0 + i));
        cells.back().key += fmt::format(",env.NUMBER={}", i);
        if (i % 5 == 0) {
            cells.back().problems = {{"setting_without_effect",
                                      "fpmath bf16 changed no kernel of 53, as far as the log "
                                      "of oneDNN shows it in any of the inferences"},
                                     {"too_few_launches", "an interval of 2 launches says little"}};
        }
    }
    return document_of(std::move(cells));
}

}  // namespace gravbench::view
