#include "compare/run_history.h"

#include <fmt/format.h>

#include <cmath>

#include "compare/objection.h"

namespace gravbench::compare {
namespace {

std::vector<double> figures_of_launches(const document::Cell& cell, const Metric& metric) {
    std::vector<double> figures;
    for (const auto& [number, figure] : figures_by_launch(cell, metric)) {
        figures.push_back(figure);
    }
    return figures;
}

std::string engine_program(const document::Document& run, const document::Cell& cell) {
    const document::Engine* engine = document::engine_of(run, cell);
    return engine == nullptr ? "" : engine->description.name + " " + engine->description.version;
}

}  // namespace

RunHistory::Kind RunHistory::kind_of(const document::Document& run, const document::Cell& cell, const Metric& metric) {
    return {machine::kind_of(document::machine_of(run, cell)), cell.identity, metric.name};
}

void RunHistory::add(const document::Document& run) {
    const std::string& id = run.run.id;
    if (id.empty() || !run.run.is_complete || !runs_.insert(id).second) {
        return;
    }
    for (const document::Cell& cell : run.cells) {
        if (objection_to(cell)) {
            continue;
        }
        const Program program{engine_program(run, cell), cell.model.sha256.value_or("")};
        for (const std::string& name : metrics_) {
            const Metric& metric = find_metric(name);
            if (metric.of_launch == nullptr) {
                continue;  // An exact figure is the same in every run.
            }
            const std::vector<double> figures = figures_of_launches(cell, metric);
            if (figures.size() >= 2) {
                centres_[kind_of(run, cell, metric)][program].emplace(id, stats::centre_of(figures));
            }
        }
    }
}

std::optional<KnownSpread> RunHistory::seen_but_in(const std::set<std::string>& own, const Kind& kind) const {
    const auto found = centres_.find(kind);
    if (found == centres_.end()) {
        return std::nullopt;
    }
    stats::Runs groups;
    std::size_t count = 0;
    for (const auto& [program, runs] : found->second) {
        groups.emplace_back();
        for (const auto& [id, centre] : runs) {
            if (!own.contains(id)) {
                groups.back().push_back(centre);
            }
        }
        count += groups.back().size() >= 2 ? groups.back().size() : 0;
    }
    const auto spread = stats::run_spread_of(groups);
    return spread ? std::optional(KnownSpread{*spread, count}) : std::nullopt;
}

std::optional<KnownSpread> RunHistory::seen(const document::Document& run, const document::Cell& cell,
                                            const Metric& metric) const {
    return seen_but_in({}, kind_of(run, cell, metric));
}

std::optional<RunSpreads> RunHistory::spreads(const document::Document& base_run, const document::Cell& base,
                                              const document::Document& other_run, const document::Cell& other,
                                              const Metric& metric) const {
    if (centres_.empty()) {
        return metric.is_time ? std::optional(RunSpreads{{assumed_spread, 0}, {assumed_spread, 0}, true})
                              : std::nullopt;
    }
    const std::set<std::string> own{base_run.run.id, other_run.run.id};
    const Kind base_kind = kind_of(base_run, base, metric);
    const Kind other_kind = kind_of(other_run, other, metric);
    const auto of_base = seen_but_in(own, base_kind);
    const auto of_other = seen_but_in(own, other_kind);
    if (!metric.is_time && (!of_base || !of_other)) {
        return std::nullopt;
    }
    const KnownSpread otherwise{assumed_spread, 0};
    return RunSpreads{of_base.value_or(otherwise), of_other.value_or(otherwise),
                      base_kind == other_kind || (!of_base && !of_other)};
}

std::string describe(const KnownSpread& known) {
    const double percent = 100 * std::sqrt(known.spread.variance.value);
    return known.runs == 0 ? fmt::format("{:.2g}% assumed", percent)
                           : fmt::format("{:.2g}% by {} runs", percent, known.runs);
}

}  // namespace gravbench::compare
