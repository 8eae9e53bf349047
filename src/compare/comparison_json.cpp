#include "compare/comparison_json.h"

#include <cmath>

namespace gravbench::compare {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json settling_json(const Settling& settling) {
    return {{"launches", settling.launches},
            {"seconds", settling.seconds > 0 ? Json(settling.seconds) : Json()},
            {"other_tolerance", settling.other_tolerance > 0 ? Json(settling.other_tolerance) : Json()},
            {"in_one_run", settling.is_in_one_run},
            {"of_fixed_launches", settling.is_of_fixed_launches}};
}

Json spread_json(const KnownSpread& known) {
    return {{"from", known.runs == 0 ? "assumed" : "history"},
            {"runs", known.runs},
            {"deviation", std::sqrt(known.spread.variance.value)},
            {"degrees_of_freedom", known.spread.variance.degrees_of_freedom}};
}

Json spreads_json(const RunSpreads& spreads) {
    return {{"base", spread_json(spreads.base)}, {"new", spread_json(spreads.other)}};
}

Json disturbed_json(const Disturbed& disturbed, const Metric& metric) {
    const auto& ratio = disturbed.ratio;
    return {{"blocks", disturbed.blocks},
            {"of_blocks", disturbed.of_blocks},
            {"ratio_without", ratio ? Json(ratio->value) : Json()},
            {"ratio_without_ci95", ratio ? Json{ratio->ci95.low, ratio->ci95.high} : Json()},
            {"verdict_without", ratio ? Json(name_of(disturbed.verdict, metric)) : Json()}};
}

Json cell_json(const CellComparison& cell) {
    const bool is_exact = cell.metric->of_cell != nullptr;
    return {{"base", cell.base_key},
            {"new", cell.other_key},
            {"difference", cell.difference},
            {"metric", cell.metric->name},
            {"verdict", name_of(cell.verdict, *cell.metric)},
            {"is_regression", cell.verdict == Verdict::worse},
            {"reason", cell.reason.empty() ? Json() : Json(cell.reason)},
            {"base_value", or_null(cell.base)},
            {"new_value", or_null(cell.other)},
            {"ratio", cell.ratio ? Json(cell.ratio->value) : Json()},
            {"ratio_ci95", cell.ratio ? Json{cell.ratio->ci95.low, cell.ratio->ci95.high} : Json()},
            {"standard_error", cell.ratio ? Json(cell.ratio->standard_error) : Json()},
            {"absolute_tolerance", is_exact ? Json(cell.metric->difference_that_counts) : Json()},
            {"p_value", cell.p_value ? Json(cell.p_value->alone) : Json()},
            {"adjusted_p_value", cell.p_value ? Json(cell.p_value->adjusted) : Json()},
            {"run_spread", cell.run_spreads ? spreads_json(*cell.run_spreads) : Json()},
            {"is_paired", cell.is_paired},
            {"base_launches", cell.base_launches},
            {"new_launches", cell.other_launches},
            {"smallest_detectable_ratio", or_null(cell.smallest_detectable)},
            {"settling", cell.settling ? settling_json(*cell.settling) : Json()},
            {"disturbed", cell.disturbed ? disturbed_json(*cell.disturbed, *cell.metric) : Json()}};
}

Json speeds_json(const std::vector<SpeedRatio>& speeds) {
    Json json = Json::array();
    for (const SpeedRatio& speed : speeds) {
        json.push_back({{"rate", speed.rate},
                        {"threads", speed.threads},
                        {"ratio", speed.ratio.value},
                        {"ratio_ci95", {speed.ratio.ci95.low, speed.ratio.ci95.high}}});
    }
    return json;
}

Json warnings_json(const std::vector<Warning>& warnings) {
    Json json = Json::array();
    for (const Warning& warning : warnings) {
        json.push_back({{"code", warning.code}, {"message", warning.message}, {"cells", warning.cells}});
    }
    return json;
}

/// What the ratio takes runs to differ by; null for a side of several runs, which show it.
Json ratio_spreads_json(const AcrossEntry& entry) {
    return {{"first", entry.first_spread ? spread_json(*entry.first_spread) : Json()},
            {"own", entry.own_spread ? spread_json(*entry.own_spread) : Json()}};
}

Json left_out_json(const std::vector<LeftOut>& left_out) {
    Json json = Json::array();
    for (const LeftOut& one : left_out) {
        json.push_back({{"document", one.document}, {"reason", one.reason}});
    }
    return json;
}

Json entry_json(const AcrossEntry& entry) {
    return {{"p50_ms", or_null(entry.p50_ms)},
            {"p50_ci95_ms", entry.p50_ci95 ? Json{entry.p50_ci95->low, entry.p50_ci95->high} : Json()},
            {"runs", entry.runs},
            {"machines", entry.machines == 0 ? Json() : Json(entry.machines)},
            {"is_of_type", entry.is_of_type()},
            {"left_out", left_out_json(entry.left_out)},
            {"throughput_per_s", or_null(entry.throughput_per_s)},
            {"per_vcpu_per_s", or_null(entry.per_vcpu_per_s)},
            {"per_core_per_s", or_null(entry.per_core_per_s)},
            {"cosine_similarity", or_null(entry.cosine)},
            {"ratio", entry.ratio ? Json(entry.ratio->value) : Json()},
            {"ratio_ci95", entry.ratio ? Json{entry.ratio->ci95.low, entry.ratio->ci95.high} : Json()},
            {"run_spread", entry.ratio ? ratio_spreads_json(entry) : Json()},
            {"reason", entry.reason.empty() ? Json() : Json(entry.reason)}};
}

}  // namespace

Json to_json(const Comparison& comparison) {
    Json cells = Json::array();
    for (const CellComparison& cell : comparison.cells) {
        cells.push_back(cell_json(cell));
    }
    return {{"schema", comparison_schema_name},
            {"base", comparison.base_name},
            {"new", comparison.other_name},
            {"tolerance", comparison.options.rule.tolerance},
            {"false_discovery_rate", comparison.options.rule.false_discovery_rate},
            {"cells", cells},
            {"only_in_base", comparison.only_in_base},
            {"only_in_new", comparison.only_in_other},
            {"settling_command", comparison.settling_command},
            {"settling_seconds", comparison.settling_seconds},
            {"yardstick", speeds_json(comparison.machine_speeds)},
            {"warnings", warnings_json(comparison.warnings)}};
}

Json to_json(const Across& across) {
    Json machines = Json::array();
    for (const AcrossMachine& machine : across.machines) {
        machines.push_back({{"name", machine.name},
                            {"cpu", machine.cpu},
                            {"documents", machine.documents},
                            {"count", machine.count == 0 ? Json() : Json(machine.count)}});
    }
    Json rows = Json::array();
    for (const AcrossRow& row : across.rows) {
        Json entries = Json::array();
        for (const AcrossEntry& entry : row.entries) {
            entries.push_back(entry_json(entry));
        }
        rows.push_back({{"key", row.key}, {"entries", entries}});
    }
    return {{"schema", across_schema_name},
            {"machines", machines},
            {"rows", rows},
            {"warnings", warnings_json(across.warnings)}};
}

}  // namespace gravbench::compare
