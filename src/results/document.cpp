#include "results/document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "results/latency.h"

namespace gravbench::results {
namespace {

std::vector<LaunchRecord> complete_launches(const CellOutcome& outcome) {
    std::vector<LaunchRecord> complete;
    std::copy_if(outcome.launches.begin(), outcome.launches.end(), std::back_inserter(complete),
                 [](const LaunchRecord& launch) { return launch.is_complete(); });
    return complete;
}

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

/// The comparison of the first launch that made one.
Json accuracy_of(const CellOutcome& outcome) {
    for (const LaunchRecord& launch : outcome.launches) {
        if (!launch.accuracy.is_null()) {
            return launch.accuracy;
        }
    }
    return nullptr;
}

void add_launch_problems(const CellOutcome& outcome, const std::vector<LaunchRecord>& complete,
                         const plan::RunOptions& options, std::vector<Problem>& problems) {
    const auto failed = std::find_if(outcome.launches.begin(), outcome.launches.end(),
                                     [](const LaunchRecord& launch) { return launch.problem.has_value(); });
    if (failed != outcome.launches.end()) {
        problems.push_back(
            complete.empty() ? *failed->problem
                             : Problem{"launch_failed", fmt::format("launch {}: {}: {}", failed->number + 1,
                                                                    failed->problem->code, failed->problem->message)});
    }
    const auto wanted = static_cast<std::size_t>(options.launches);
    if (!complete.empty() && complete.size() < wanted) {
        problems.push_back({"too_few_launches", fmt::format("{} of {} launches", complete.size(), wanted)});
    }
}

void add_effect_problems(const plan::Cell& cell, const Json& effective, std::vector<Problem>& problems) {
    for (const auto& [name, value] : effective.items()) {
        const bool is_open = cell.settings.value(name, Json()) == "cores";
        if (cell.settings.contains(name) && !is_open && cell.settings[name] != value) {
            problems.push_back({"setting_without_effect", fmt::format("{}: {} was asked for, {} is in force", name,
                                                                      cell.settings[name].dump(), value.dump())});
        }
    }
}

void add_accuracy_problems(const Json& accuracy, const plan::RunOptions& options, std::vector<Problem>& problems) {
    if (accuracy.is_null()) {
        return;
    }
    const Json& cosine = accuracy.at("cosine_similarity");
    if (cosine.is_null()) {
        problems.push_back(
            {"nonfinite_output", fmt::format("{} of {} elements are NaN or infinite", accuracy.at("nonfinite").dump(),
                                             accuracy.at("elements").dump())});
    } else if (cosine.get<double>() < options.min_cosine) {
        problems.push_back({"accuracy_below_limit", fmt::format("cosine similarity {:.6f} is below {:g}",
                                                                cosine.get<double>(), options.min_cosine)});
    }
    const Json& check = accuracy.at("reference").value("export_check", Json());
    constexpr double fp32_relative_error = 1e-3;
    if (!check.is_null() && (check.at("relative_l2_error").is_null() ||
                             check.at("relative_l2_error").get<double>() > fp32_relative_error)) {
        problems.push_back({"reference_differs_from_export",
                            fmt::format("relative error {} against the outputs recorded at export, allowed is {:g}",
                                        check.at("relative_l2_error").dump(), fp32_relative_error)});
    }
}

Json samples_json(const std::vector<LaunchRecord>& launches) {
    Json samples = Json::array();
    Json walls = Json::array();
    for (const LaunchRecord& launch : launches) {
        Json blocks = Json::array();
        Json launch_walls = Json::array();
        for (const Block& block : launch.blocks) {
            blocks.push_back(block.samples_ns);
            launch_walls.push_back(block.wall_ns);
        }
        samples.push_back(blocks);
        walls.push_back(launch_walls);
    }
    return {{"launches", samples}, {"wall_ns", walls}};
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
                 const CellOutcome& outcome) {
    const std::vector<LaunchRecord> complete = complete_launches(outcome);
    const LaunchRecord* shown = representative(outcome);
    const Json accuracy = accuracy_of(outcome);
    const Json effective = shown == nullptr || shown->effective.is_null() ? Json::object() : shown->effective;
    std::vector<Problem> problems = outcome.problems;
    add_launch_problems(outcome, complete, options, problems);
    add_effect_problems(cell, effective, problems);
    add_accuracy_problems(accuracy, options, problems);

    const auto batch = cell.shape.find("batch");
    Json result{{"key", cell.key},
                {"model", model_json(cell, model)},
                {"engine", shown == nullptr ? Json() : shown->engine},
                {"settings", {{"requested", cell.settings}, {"effective", effective}}},
                {"environment", shown == nullptr ? Json() : shown->environment},
                {"latency_ms", complete.empty() ? Json() : latency(complete)},
                {"throughput_per_s",
                 complete.empty() ? Json() : throughput(complete, batch == cell.shape.end() ? 1 : batch->second)},
                {"cost_usd_per_million", nullptr},
                {"cold_start_ms", complete.empty() ? Json() : cold_start(complete)},
                {"memory", peak_memory(complete)},
                {"accuracy", accuracy},
                {"audit", nullptr},
                {"samples", samples_json(complete)}};
    bool is_valid = !complete.empty();
    result["problems"] = Json::array();
    for (const Problem& problem : problems) {
        result["problems"].push_back(to_json(problem));
        is_valid = is_valid && !problem_kind(problem.code).invalidates;
    }
    if (shown != nullptr && complete.empty() && !shown->log_tail.empty()) {
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
        cells.push_back(cell_result(plan.cells[i], plan.models[plan.cells[i].model], plan.options, outcome));
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
              {"seed", run.seed}}},
            {"machine", host},
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
