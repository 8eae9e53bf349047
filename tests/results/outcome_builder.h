#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "plan/plan.h"
#include "results/document.h"

namespace gravbench::results {

inline Block block(std::vector<double> samples_ms, double wall_ms = 0) {
    Block result;
    double sum = 0;
    for (const double sample : samples_ms) {
        result.samples_ns.push_back(static_cast<std::int64_t>(sample * 1e6 + 0.5));
        sum += sample;
    }
    result.wall_ns = static_cast<std::int64_t>((wall_ms == 0 ? sum : wall_ms) * 1e6 + 0.5);
    return result;
}

inline Json some_engine() {
    return {{"name", "torch"},   {"version", "2.13.0"},  {"libraries", {{"onednn", "3.12.0"}}},
            {"arch", "aarch64"}, {"cpu", "Neoverse-V1"}, {"isa", "SVE256"}};
}

/// A launch that went well, with one block of these samples.
inline LaunchRecord launch(std::vector<double> samples_ms = {10, 10, 10, 10, 10}, int number = 0) {
    LaunchRecord record;
    record.cell = "net:batch=1";
    record.number = number;
    record.blocks.push_back(block(std::move(samples_ms)));
    record.cold_start = ColdStart{300000000, 80000000, 20000000, 50000000, 15000000};
    record.warmup_inferences = 3;
    record.peak_rss_bytes = 512 << 20;
    record.engine = some_engine();
    record.effective = Json::object();
    record.environment = {{"OMP_NUM_THREADS", "4"}};
    record.inputs_digest = "8f3a1c20b7d4e956";
    return record;
}

inline LaunchRecord failed_launch(const std::string& code, int number = 0) {
    LaunchRecord record = launch({}, number);
    record.blocks.clear();
    record.problem = Problem{code, "it went wrong"};
    record.log_tail = "last words";
    return record;
}

/// Launches that differ by 1 ms, not in order, so that nothing drifts.
inline std::vector<LaunchRecord> launches(int count) {
    std::vector<LaunchRecord> result;
    for (int i = 0; i < count; ++i) {
        const double slower = (i ^ 1) < count ? i ^ 1 : i;
        result.push_back(launch({10 + slower, 11 + slower, 12 + slower, 10.5 + slower, 11.5 + slower}, i));
    }
    return result;
}

/// Launches with these medians; within each one the samples differ by a thousandth.
inline std::vector<LaunchRecord> with_medians(const std::vector<double>& medians_ms) {
    std::vector<LaunchRecord> result;
    for (std::size_t i = 0; i < medians_ms.size(); ++i) {
        const double middle = medians_ms[i];
        result.push_back(
            launch({middle * 0.999, middle, middle * 1.001, middle * 0.9995, middle * 1.0005}, static_cast<int>(i)));
        result.back().busy_ns = 2000000000;
    }
    return result;
}

/// A comparison with the reference as a launch records it.
inline Json some_accuracy(const Json& cosine = 0.999994, const Json& export_check = nullptr) {
    return {{"cosine_similarity", cosine},
            {"max_abs_error", 0.34},
            {"relative_l2_error", 0.0011},
            {"top1_agreement", 1.0},
            {"nonfinite", cosine.is_null() ? 3 : 0},
            {"elements", 1000},
            {"reference", {{"settings", "fp32"}, {"export_check", export_check}}}};
}

/// Of a run with as many launches as there are: nobody asks for a precision.
inline plan::RunOptions fixed_launches() {
    plan::RunOptions options;
    options.has_fixed_launches = true;
    return options;
}

inline plan::Cell some_cell(const Json& changes = Json::object()) {
    plan::Cell cell;
    for (const plan::Setting& setting : plan::settings()) {
        if (setting.name != "seq") {
            cell.settings[setting.name] = setting.default_value;
        }
    }
    cell.settings.update(changes);
    cell.shape["batch"] = cell.settings["batch"].get<std::int64_t>();
    cell.key = "net:" + plan::identity(cell.settings);
    return cell;
}

inline plan::Model some_model(const std::string& weights = "pretrained") {
    plan::Model model;
    model.name = "net";
    model.is_bundle = true;
    model.files["fp32"] = {"/bundles/net/fp32.pt", std::string(64, 'a'), "f32"};
    model.files["bf16"] = {"/bundles/net/bf16.pt", std::string(64, 'b'), "bf16"};
    model.source = {{"library", "transformers"}};
    model.weights = {{"kind", weights}};
    return model;
}

inline machine::Machine graviton3() {
    machine::Machine machine;
    machine.instance_type = "c7g.xlarge";
    machine.arch = "aarch64";
    machine.cpu = "Neoverse V1 (Graviton3)";
    machine.vcpus = machine.usable_cpus = machine.physical_cores = 4;
    machine.threads_per_core = 1;
    machine.memory_bytes = std::int64_t{8} << 30;
    return machine;
}

inline RunFacts some_run() {
    return {"20260725-1", "2026-07-25T09:00:00Z", "2026-07-25T09:10:00Z", true, "0.1.0", "abc", "gravbench run net", 1};
}

/// A document of these cells, each with what happened to it.
inline Json document_of(const std::vector<std::pair<plan::Cell, CellOutcome>>& cells,
                        const plan::Model& model = some_model(), const machine::Machine& machine = graviton3(),
                        const RunFacts& run = some_run()) {
    plan::Plan plan;
    plan.options = fixed_launches();
    plan.models.push_back(model);
    std::vector<CellOutcome> outcomes;
    for (const auto& [cell, outcome] : cells) {
        plan.cells.push_back(cell);
        outcomes.push_back(outcome);
    }
    return document(run, machine, plan, outcomes);
}

inline std::vector<std::string> codes_of(const Json& cell) {
    std::vector<std::string> codes;
    for (const Json& problem : cell.at("problems")) {
        codes.push_back(problem.at("code").get<std::string>());
    }
    return codes;
}

}  // namespace gravbench::results
