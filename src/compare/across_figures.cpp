#include "compare/across_figures.h"

#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "compare/machine_group.h"
#include "compare/metric.h"

namespace gravbench::compare {
namespace {

using Figure = std::optional<double>;
using FigureOfRun = std::function<Figure(const UsableRun& run)>;

/// Nothing where one of the runs lacks it: all figures of an entry are of the same runs.
std::vector<double> figures_of_runs(const std::vector<UsableRun>& runs, const FigureOfRun& figure) {
    std::vector<double> figures;
    for (const UsableRun& run : runs) {
        const Figure of_run = figure(run);
        if (!of_run || *of_run <= 0) {
            return {};
        }
        figures.push_back(*of_run);
    }
    return figures;
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Of the runs' figures, what is independent: one for each machine where there are several, else one for each run.
std::vector<double> independent(const std::vector<UsableRun>& runs, const std::vector<double>& logarithms) {
    if (machines_of(runs) < 2) {
        return logarithms;
    }
    std::map<std::string, std::vector<double>> by_machine;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        by_machine[runs[i].machine].push_back(logarithms[i]);
    }
    std::vector<double> means;
    for (const auto& [machine, of_machine] : by_machine) {
        means.push_back(mean(of_machine));
    }
    return means;
}

/// The geometric mean of several runs, with its interval; the run's own figure where it is one.
stats::Estimate typical(const std::vector<UsableRun>& runs, const std::vector<double>& figures) {
    if (figures.size() == 1) {
        return {figures.front(), std::nullopt};
    }
    const stats::Centre centre = stats::centre_of_runs(independent(runs, stats::logarithms(figures)));
    const stats::RatioEstimate estimate = stats::ratio_with(centre.value, centre.squared_error);
    return {estimate.value, estimate.ci95};
}

Figure typical_value(const std::vector<UsableRun>& runs, const FigureOfRun& figure) {
    const std::vector<double> figures = figures_of_runs(runs, figure);
    return figures.empty() ? std::nullopt : Figure(typical(runs, figures).value);
}

/// Over launches, as the document has it.
std::optional<stats::Interval> own_interval(const document::Cell& cell) {
    return cell.latency ? cell.latency->at("p50").ci95 : std::nullopt;
}

void add_p50(const std::vector<UsableRun>& runs, AcrossEntry& entry) {
    const std::vector<double> figures = figures_of_runs(runs, [](const UsableRun& run) { return run.p50_ms; });
    if (figures.empty()) {
        return;
    }
    const stats::Estimate estimate = typical(runs, figures);
    entry.p50_ms = estimate.value;
    entry.p50_ci95 = runs.size() == 1 ? own_interval(*runs.front().cell) : estimate.ci95;
}

/// Of the run's throughput; nothing where the count is not known.
Figure throughput_by(const UsableRun& run, int machine::Machine::*count) {
    const Figure throughput = find_metric("throughput").in_document(*run.cell);
    const int parts = document::machine_of(*run.document, *run.cell).*count;
    return throughput && parts > 0 ? Figure(*throughput / parts) : std::nullopt;
}

Figure lowest_cosine(const std::vector<UsableRun>& runs) {
    Figure lowest;
    for (const UsableRun& run : runs) {
        const Figure cosine = find_metric("cosine").in_document(*run.cell);
        if (cosine && (!lowest || *cosine < *lowest)) {
            lowest = cosine;
        }
    }
    return lowest;
}

/// By its launches where they are at least two, trimmed as in every ratio; else what the document has.
Figure logarithm_of(const UsableRun& run) {
    if (run.of_launches.size() >= 2) {
        return stats::centre_of(run.of_launches).value;
    }
    return run.p50_ms && *run.p50_ms > 0 ? Figure(std::log(*run.p50_ms)) : std::nullopt;
}

std::optional<stats::Centre> centre_of_machine(const std::vector<UsableRun>& runs, const KnownSpread& spread) {
    if (runs.size() == 1) {
        const std::vector<double>& launches = runs.front().of_launches;
        return launches.size() < 2 ? std::nullopt : std::optional(stats::centre_of_run(launches, spread.spread));
    }
    std::vector<double> logarithms;
    for (const UsableRun& run : runs) {
        const Figure logarithm = logarithm_of(run);
        if (!logarithm) {
            return std::nullopt;
        }
        logarithms.push_back(*logarithm);
    }
    return stats::centre_of_runs(independent(runs, logarithms));
}

}  // namespace

std::size_t machines_of(const std::vector<UsableRun>& runs) {
    std::set<std::string> machines;
    for (const UsableRun& run : runs) {
        machines.insert(run.machine);
    }
    return count_machines(machines);
}

UsableRun usable_run(const document::Document& document, const document::Cell& cell) {
    const Metric& p50 = find_metric("p50");
    UsableRun run{&document, &cell, values_of(figures_by_launch(cell, p50)), std::nullopt,
                  document::machine_of(document, cell).id.value_or("")};
    run.p50_ms = figure_of(cell, p50, run.of_launches);
    return run;
}

void add_figures(const std::vector<UsableRun>& runs, AcrossEntry& entry) {
    const Metric& throughput = find_metric("throughput");
    entry.runs = runs.size();
    entry.machines = machines_of(runs);
    add_p50(runs, entry);
    entry.throughput_per_s =
        typical_value(runs, [&](const UsableRun& run) { return throughput.in_document(*run.cell); });
    entry.per_vcpu_per_s =
        typical_value(runs, [](const UsableRun& run) { return throughput_by(run, &machine::Machine::vcpus); });
    entry.per_core_per_s =
        typical_value(runs, [](const UsableRun& run) { return throughput_by(run, &machine::Machine::physical_cores); });
    entry.cosine = lowest_cosine(runs);
}

void add_ratio(const std::vector<UsableRun>& first, const std::vector<UsableRun>& runs, const RunHistory& history,
               AcrossEntry& entry) {
    const UsableRun& base = first.front();
    const UsableRun& own = runs.front();
    const auto spreads =
        history.spreads(*base.document, *base.cell, *own.document, *own.cell, find_metric("p50")).value();
    const auto of_first = centre_of_machine(first, spreads.base);
    const auto of_own = centre_of_machine(runs, spreads.other);
    if (!of_first || !of_own) {
        return;
    }
    const bool is_one_spread = spreads.are_one && first.size() == 1 && runs.size() == 1;
    // One estimate of the spread that both sides take does not count as two.
    entry.ratio = is_one_spread ? stats::ratio_of_runs(base.of_launches, spreads.base.spread, own.of_launches,
                                                       spreads.other.spread, true)
                                : stats::ratio_between(*of_first, *of_own);
    entry.first_spread = first.size() == 1 ? std::optional(spreads.base) : std::nullopt;
    entry.own_spread = runs.size() == 1 ? std::optional(spreads.other) : std::nullopt;
}

}  // namespace gravbench::compare
