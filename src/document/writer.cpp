#include "document/writer.h"

#include "audit/summary.h"
#include "document/roofline.h"
#include "records/record_json.h"

namespace gravbench::document {
namespace {

template <typename T>
Json known(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json interval_json(const std::optional<stats::Interval>& interval) {
    return interval ? Json{interval->low, interval->high} : Json();
}

template <typename Map>
Json values_json(const Map& values) {
    Json json = Json::object();
    for (const auto& [name, value] : values) {
        json[name] = protocol::to_json(value);
    }
    return json;
}

Json texts_json(const std::map<std::string, std::string>& texts) {
    Json json = Json::object();
    for (const auto& [name, text] : texts) {
        json[name] = text;
    }
    return json;
}

Json shape_json(const plan::Shape& shape) {
    Json json = Json::object();
    for (const auto& [symbol, length] : shape) {
        json[symbol] = length;
    }
    return json;
}

Json run_json(const Run& run) {
    return {{"id", run.id},
            {"started", run.started},
            {"finished", run.finished.empty() ? Json() : Json(run.finished)},
            {"status", run.is_complete ? "complete" : "partial"},
            {"tool", {{"version", run.tool.version}, {"commit", run.tool.commit}}},
            {"command", run.command},
            {"given", run.given},
            {"seed", run.seed}};
}

Json machine_json(const Machine& machine) {
    Json json = machine::to_json(machine.host);
    if (machine.yardstick) {
        const auto& loops = machine.yardstick->loops;
        Json& yardstick = json["yardstick"];
        yardstick["loops"] = loops ? machine::to_json(*loops) : Json();
        yardstick["peaks"] = Json::array();
        for (const machine::YardstickReading& peak : machine.yardstick->peaks) {
            yardstick["peaks"].push_back(machine::to_json(peak));
        }
        yardstick["practical"] = Json::array();
        for (const machine::PracticalPeaks& peaks : machine.yardstick->practical) {
            yardstick["practical"].push_back(machine::to_json(peaks));
        }
    }
    return json;
}

Json engine_json(const Engine& engine) {
    Json json = protocol::to_json(engine.description);
    json["emulated"] = engine.is_emulated;
    if (engine.file) {
        json["file"] = {{"path", engine.file->path}, {"sha256", engine.file->sha256}};
    }
    return json;
}

Json identity_json(const plan::Identity& identity) {
    return {{"model", identity.model},
            {"engine", identity.engine},
            {"shape", shape_json(identity.shape)},
            {"settings", values_json(identity.settings)},
            {"environment", texts_json(identity.environment)},
            {"variant", identity.variant}};
}

Json model_json(const Model& model) {
    return {
        {"name", model.name}, {"sha256", known(model.sha256)}, {"source", model.source}, {"weights", model.weights}};
}

Json effects_json(const std::vector<findings::Effect>& effects) {
    Json all = Json::array();
    for (const findings::Effect& effect : effects) {
        all.push_back({{"setting", effect.setting},
                       {"value", protocol::to_json(effect.value)},
                       {"verdict", findings::name_of(effect.verdict)},
                       {"evidence", effect.evidence}});
    }
    return all;
}

void add_figure(const std::string& name, const figures::Figure& figure, Json& json, Json& reasons) {
    json[name] = known(figure.value);
    json[name + "_ci95"] = interval_json(figure.ci95);
    if (!figure.reason.empty()) {
        reasons[name] = figure.reason;
    }
    if (!figure.interval_reason.empty()) {
        reasons[name + "_ci95"] = figure.interval_reason;
    }
}

Json latency_json(const figures::Latency& latency) {
    Json json = Json::object();
    Json reasons = Json::object();
    add_figure("mean", latency.mean, json, reasons);
    json["stddev"] = latency.stddev;
    json["min"] = latency.min;
    for (std::size_t i = 0; i < latency.percentiles.size(); ++i) {
        add_figure(figures::percentiles()[i].name, latency.percentiles[i], json, reasons);
    }
    json["max"] = latency.max;
    json["samples"] = latency.samples;
    json["launches"] = latency.launches;
    json["reasons"] = reasons;
    return json;
}

Json throughput_json(const figures::Figure& figure) {
    Json json{{"value", known(figure.value)}, {"ci95", interval_json(figure.ci95)}};
    const std::string& reason = figure.reason.empty() ? figure.interval_reason : figure.reason;
    json["reason"] = reason.empty() ? Json() : Json(reason);
    return json;
}

Json cold_start_json(const figures::ColdStart& cold) {
    return {{"start", known(cold.start)},
            {"load", known(cold.load)},
            {"prepare", known(cold.prepare)},
            {"first_inference", known(cold.first_inference)},
            {"second_inference", known(cold.second_inference)}};
}

Json precision_json(const figures::Precision& precision) {
    const auto& design = precision.design;
    return {{"metric", precision.metric},
            {"wanted", known(precision.wanted)},
            {"reached", known(precision.reached)},
            {"deviation",
             {{"between_launches", precision.between_launches},
              {"between_blocks", precision.between_blocks},
              {"within_blocks", precision.within_blocks}}},
            {"design", design ? Json{{"launches", design->launches},
                                     {"blocks", design->blocks},
                                     {"iterations", design->inferences},
                                     {"seconds", design->seconds}}
                              : Json()}};
}

const char* bound_name(bool is_memory_bound) {
    return is_memory_bound ? "memory" : "arithmetic";
}

Json roofline_json(const CellRoofline& roofline) {
    const figures::Roofline& limits = roofline.limits;
    return {{"threads", roofline.peaks.threads},
            {"inference_ms", roofline.inference_ms},
            {"flops", limits.flops},
            {"gflops", roofline.gflops},
            {"peak_share", roofline.peak_share},
            {"arithmetic_ms", limits.arithmetic_ms},
            {"memory_bound_ms", limits.memory_bound_ms},
            {"limit_ms", limits.limit_ms},
            {"bound_by", bound_name(limits.is_memory_bound())}};
}

Json limit_json(const audit::Kernel& kernel, const std::optional<figures::Peaks>& peaks) {
    const auto limit = figures::limit_to_show(kernel, peaks);
    return limit ? Json{{"ms", limit->ms()}, {"bound_by", bound_name(limit->is_memory_bound())}} : Json();
}

Json audit_json(const Document& document, const Cell& cell, const std::optional<CellRoofline>& roofline) {
    const Audit& audit = *cell.audit;
    Json json = audit::describe(audit.kernels, audit.unprofiled_ms, audit.is_bf16_requested);
    json["time_share"]["outside_onednn"] = known(audit.outside_onednn);
    json["outside_reason"] = audit.outside_reason.empty() ? Json() : Json(audit.outside_reason);
    json["busy_threads"] = audit.busy_threads == 0 ? Json() : Json(audit.busy_threads);
    json["huge_page_bytes"] = audit.huge_page_bytes;
    json["roofline"] = roofline ? roofline_json(*roofline) : Json();
    const auto peaks = peaks_for(document, cell);
    for (std::size_t i = 0; i < audit.kernels.kernels.size(); ++i) {
        json["kernels"][i]["limit"] = limit_json(audit.kernels.kernels[i].kernel, peaks);
    }
    return json;
}

Json launch_json(const Launch& launch) {
    Json json{{"machine", launch.machine}, {"engine", launch.engine}, {"is_unusual", launch.is_unusual}};
    json.update(records::to_json(launch.measured));
    return json;
}

Json problems_json(const std::vector<findings::Problem>& problems) {
    Json all = Json::array();
    for (const findings::Problem& problem : problems) {
        all.push_back(records::to_json(problem));
    }
    return all;
}

/// Without its launches.
Json cell_json(const Document& document, const Cell& cell, const std::optional<CellRoofline>& roofline) {
    Json json{{"key", cell.key},
              {"identity", identity_json(cell.identity)},
              {"model", model_json(cell.model)},
              {"machine", known(cell.machine)},
              {"engine", known(cell.engine)},
              {"settings",
               {{"requested", values_json(cell.requested)},
                {"effective", values_json(cell.effective)},
                {"effects", effects_json(cell.effects)}}},
              {"environment", texts_json(cell.environment)},
              {"latency_ms", cell.latency ? latency_json(*cell.latency) : Json()},
              {"throughput_per_s", cell.throughput ? throughput_json(*cell.throughput) : Json()},
              {"cost_usd_per_million", nullptr},
              {"cold_start_ms", cell.cold_start ? cold_start_json(*cell.cold_start) : Json()},
              {"memory", {{"peak_rss_bytes", known(cell.peak_rss_bytes)}}},
              {"accuracy", cell.accuracy ? records::to_json(*cell.accuracy) : Json()},
              {"audit", cell.audit ? audit_json(document, cell, roofline) : Json()},
              {"precision", cell.precision ? precision_json(*cell.precision) : Json()}};
    json["problems"] = problems_json(cell.problems);
    if (!cell.log_tail.empty()) {
        json["log_tail"] = cell.log_tail;
    }
    json["valid"] = cell.is_valid;
    return json;
}

Json launches_json(const Cell& cell) {
    Json launches = Json::array();
    for (const Launch& launch : cell.launches) {
        launches.push_back(launch_json(launch));
    }
    return launches;
}

std::vector<Json> cells_json(const Document& document) {
    const auto rooflines = rooflines_of(document);
    std::vector<Json> cells;
    for (std::size_t i = 0; i < document.cells.size(); ++i) {
        cells.push_back(cell_json(document, document.cells[i], rooflines[i]));
    }
    return cells;
}

}  // namespace

Json to_json(const Document& document) {
    Json machines = Json::array();
    for (const Machine& machine : document.machines) {
        machines.push_back(machine_json(machine));
    }
    Json engines = Json::array();
    for (const Engine& engine : document.engines) {
        engines.push_back(engine_json(engine));
    }
    Json versus = Json::array();
    for (const Versus& pair : document.versus) {
        versus.push_back({{"base", pair.base}, {"new", pair.other}});
    }
    std::vector<Json> cells = cells_json(document);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        cells[i]["launches"] = launches_json(document.cells[i]);
    }
    return {{"schema", schema_name}, {"run", run_json(document.run)},
            {"machines", machines},  {"engines", engines},
            {"versus", versus},      {"cells", cells}};
}

std::vector<Json> cells_without_launches(const Document& document) {
    std::vector<Json> cells = cells_json(document);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const Engine* engine = engine_of(document, document.cells[i]);
        cells[i]["engine"] = engine == nullptr ? Json() : engine_json(*engine);
        cells[i]["machine"] = machine::to_json(machine_of(document, document.cells[i]));
        cells[i]["run_id"] = document.run.id;
    }
    return cells;
}

std::string to_text(const Document& document) {
    return readable_json(to_json(document));
}

}  // namespace gravbench::document
