#include "results/document.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/summary.h"
#include "base/errors.h"
#include "results/cell_problem.h"
#include "results/latency.h"
#include "results/noise_problem.h"
#include "results/precision.h"

namespace gravbench::results {
namespace {

/// The launch that stands for the cell where one is enough.
const LaunchRecord* representative(const CellOutcome& outcome) {
    for (const LaunchRecord& launch : outcome.launches) {
        if (launch.is_complete()) {
            return &launch;
        }
    }
    return outcome.launches.empty() ? nullptr : &outcome.launches.front();
}

Json model_json(const plan::Cell& cell, const plan::Model& model) {
    const auto file = model.files.find(cell.dtype());
    return {{"name", model.name},
            {"sha256", file == model.files.end() ? Json() : Json(file->second.sha256)},
            {"source", model.source},
            {"weights", model.weights}};
}

Json audit_json(const plan::Cell& cell, const CellOutcome& outcome, const Json& latency, bool is_emulated) {
    if (!outcome.audit || outcome.audit->problem || outcome.audit->audit.onednn.empty()) {
        return nullptr;
    }
    // Under emulation the audit's launch is the only one.
    const bool is_comparable = !latency.is_null() && !is_emulated;
    Json json = audit::describe(outcome.audit->audit,
                                is_comparable ? std::optional(latency.at("mean").get<double>()) : std::nullopt,
                                cell.asks_for_bf16());
    json["busy_threads"] = outcome.audit->busy_threads == 0 ? Json() : Json(outcome.audit->busy_threads);
    json["huge_page_bytes"] = outcome.audit->huge_page_bytes;
    return json;
}

Json samples_json(const std::vector<LaunchRecord>& launches) {
    Json samples = Json::array();
    Json walls = Json::array();
    Json rounds = Json::array();
    for (const LaunchRecord& launch : launches) {
        Json blocks = Json::array();
        Json launch_walls = Json::array();
        Json launch_rounds = Json::array();
        for (const Block& block : launch.blocks) {
            blocks.push_back(block.samples_ns);
            launch_walls.push_back(block.wall_ns);
            launch_rounds.push_back(block.round);
        }
        samples.push_back(blocks);
        walls.push_back(launch_walls);
        rounds.push_back(launch_rounds);
    }
    return {{"launches", samples}, {"wall_ns", walls}, {"rounds", rounds}};
}

/// What there is to say of each complete launch, in the order of its samples.
Json launches_json(const std::vector<LaunchRecord>& launches) {
    constexpr double ns_per_ms = 1e6;
    constexpr double ns_per_s = 1e9;
    const std::vector<std::size_t> unusual = unusual_launches(launches);
    Json all = Json::array();
    for (std::size_t i = 0; i < launches.size(); ++i) {
        const LaunchRecord& launch = launches[i];
        const ColdStart cold = launch.cold_start.value_or(ColdStart());
        Json disturbances = Json::array();
        for (const Block& block : launch.blocks) {
            Json disturbance = machine::to_json(block.disturbance);
            disturbance["reasons"] = machine::reasons(block.disturbance);
            disturbances.push_back(std::move(disturbance));
        }
        const auto ms = [](std::int64_t ns) { return static_cast<double>(ns) / ns_per_ms; };
        all.push_back(
            {{"number", launch.number},
             {"seconds", static_cast<double>(launch.busy_ns) / ns_per_s},
             {"load_ms", ms(cold.load_ns)},
             {"first_inference_ms", ms(cold.first_inference_ns)},
             {"second_inference_ms", cold.second_inference_ns == 0 ? Json() : Json(ms(cold.second_inference_ns))},
             {"peak_rss_bytes", launch.peak_rss_bytes == 0 ? Json() : Json(launch.peak_rss_bytes)},
             {"warmup_inferences", launch.warmup_inferences},
             {"is_steady", launch.is_steady},
             {"is_unusual", std::find(unusual.begin(), unusual.end(), i) != unusual.end()},
             {"inputs_digest", launch.inputs_digest},
             {"disturbed_blocks", disturbed_blocks(launch)},
             {"disturbances", disturbances}});
    }
    return all;
}

Json peak_memory(const std::vector<LaunchRecord>& launches) {
    std::int64_t peak = 0;
    for (const LaunchRecord& launch : launches) {
        peak = std::max(peak, launch.peak_rss_bytes);
    }
    return {{"peak_rss_bytes", peak == 0 ? Json() : Json(peak)}};
}

bool is_emulated(const Json& engine, const machine::Machine& machine) {
    return engine.is_object() && !engine.empty() &&
           !machine::is_same_cpu(engine.value("arch", ""), engine.value("cpu", ""), machine);
}

}  // namespace

Json cell_result(const plan::Cell& cell, const plan::Model& model, const plan::RunOptions& options,
                 const CellOutcome& outcome, const machine::Machine& machine) {
    const std::vector<LaunchRecord> launches = complete(outcome.launches);
    const LaunchRecord* shown = representative(outcome);
    const Json accuracy = accuracy_of(outcome);
    const Json effective = shown == nullptr || shown->effective.is_null() ? Json::object() : shown->effective;
    const std::vector<Effect> effects = outcome.audit && !outcome.audit->problem
                                            ? effects_of(cell, *outcome.audit, outcome.alternatives, machine.thp)
                                            : std::vector<Effect>();
    const std::vector<Problem> problems = problems_of(cell, options, outcome, effects, effective);
    const Json latency = launches.empty() ? Json() : results::latency(launches);
    Json judged = Json::array();
    for (const Effect& effect : effects) {
        judged.push_back(to_json(effect));
    }

    const auto batch = cell.shape.find("batch");
    Json result{{"key", cell.key},
                {"model", model_json(cell, model)},
                {"engine", shown == nullptr ? Json() : shown->engine},
                {"settings", {{"requested", cell.settings}, {"effective", effective}, {"effects", judged}}},
                {"environment", shown == nullptr ? Json() : shown->environment},
                {"latency_ms", latency},
                {"throughput_per_s",
                 launches.empty() ? Json() : throughput(launches, batch == cell.shape.end() ? 1 : batch->second)},
                {"cost_usd_per_million", nullptr},
                {"cold_start_ms", launches.empty() ? Json() : cold_start(launches)},
                {"memory", peak_memory(launches)},
                {"accuracy", accuracy},
                {"audit", audit_json(cell, outcome, latency, shown != nullptr && is_emulated(shown->engine, machine))},
                {"precision", options.is_for_emulation ? Json() : precision_json(launches, options)},
                {"launches", launches_json(launches)},
                {"samples", samples_json(launches)}};
    bool is_valid = !launches.empty();
    result["problems"] = Json::array();
    for (const Problem& problem : problems) {
        result["problems"].push_back(to_json(problem));
        is_valid = is_valid && !problem_kind(problem.code).invalidates;
    }
    if (shown != nullptr && launches.empty() && !shown->log_tail.empty()) {
        result["log_tail"] = shown->log_tail;
    }
    result["valid"] = is_valid;
    return result;
}

Json document(const RunFacts& run, const machine::Machine& machine, const plan::Plan& plan,
              const std::vector<CellOutcome>& outcomes) {
    Json cells = Json::array();
    bool any_emulated = false;
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        CellOutcome outcome = outcomes[i];
        const LaunchRecord* shown = representative(outcome);
        if (shown != nullptr && is_emulated(shown->engine, machine)) {
            any_emulated = true;
            outcome.problems.push_back(
                {"emulated", fmt::format("the engine sees {} {}, the host is {} {}", shown->engine.value("arch", ""),
                                         shown->engine.value("cpu", ""), machine.arch, machine.cpu)});
        }
        cells.push_back(cell_result(plan.cells[i], plan.models[plan.cells[i].model], plan.options, outcome, machine));
    }
    Json versus = Json::array();
    for (const plan::Plan::Pair& pair : plan.versus) {
        versus.push_back({{"base", plan.cells[pair.base].key}, {"new", plan.cells[pair.other].key}});
    }
    Json host = machine::to_json(machine);
    host["emulated"] = any_emulated;
    host["hourly_price"] = nullptr;
    return {{"schema", schema_name},
            {"run",
             {{"id", run.id},
              {"started", run.started},
              {"finished", run.finished},
              {"status", run.is_complete ? "complete" : "partial"},
              {"tool", {{"version", run.tool_version}, {"commit", run.tool_commit}}},
              {"command", run.command},
              {"given", plan.given},
              {"seed", run.seed}}},
            {"machine", host},
            {"versus", versus},
            {"cells", cells}};
}

Json read_document(const std::filesystem::path& path) {
    Json json = read_json(path);
    const auto schema = json.is_object() ? json.value("schema", Json()) : Json();
    if (schema != schema_name) {
        throw DataError(fmt::format("{}: not a results document: \"schema\" is {}, expected \"{}\"", path.string(),
                                    schema.dump(), schema_name));
    }
    for (const char* member : {"run", "machine", "cells"}) {
        required_member(json, member, path.string());
    }
    return json;
}

ExitCode exit_code_for(const Json& document) {
    // In the order of gravity: a failed cell is news even where another is only inexact.
    static constexpr ExitCode gravest_first[] = {ExitCode::cell_failed, ExitCode::accuracy, ExitCode::not_trustworthy};
    for (const ExitCode code : gravest_first) {
        for (const Json& cell : document.at("cells")) {
            for (const Json& problem : cell.at("problems")) {
                if (problem_kind(problem.at("code").get<std::string>()).exit_code == code) {
                    return code;
                }
            }
        }
    }
    return ExitCode::fine;
}

}  // namespace gravbench::results
