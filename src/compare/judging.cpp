#include "compare/judging.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "stats/outlier.h"

namespace gravbench::compare {
namespace {

/// A run's least, unless it is told otherwise.
constexpr std::size_t fewest_launches = 5;

double half_width(const stats::RatioEstimate& ratio) {
    return std::log(ratio.ci95.high / ratio.ci95.low) / 2;
}

double mean_seconds(const document::Cell& cell) {
    double sum = 0;
    for (const document::Launch& launch : cell.launches) {
        sum += static_cast<double>(launch.measured.busy_ns) / ns_per_s;
    }
    return cell.launches.empty() ? 0 : sum / static_cast<double>(cell.launches.size());
}

/// What launches of one run would leave of the error, interleaved. The ratio itself may be the runs': of its error it
/// is taken nearer to none by the whole, of which launches_to_settle() takes the launches' part.
stats::RatioEstimate interleaved(const CellComparison& cell) {
    stats::RatioEstimate ratio = *cell.by_launches;
    const double effect = std::log(cell.ratio->value);
    const double of_runs = cell.ratio->standard_error - ratio.standard_error;
    ratio.value = std::exp(std::copysign(std::max(0.0, std::abs(effect) - std::max(0.0, of_runs)), effect));
    return ratio;
}

/// Whether the run chose what its launches measured: as many of another shape would say less, or more.
bool has_chosen_shapes(const document::Cell& cell) {
    return std::any_of(cell.launches.begin(), cell.launches.end(), [](const document::Launch& launch) {
        return launch.measured.shape && launch.measured.shape->chosen_by > 0;
    });
}

Settling settling_of(const CellComparison& cell, const Match& match, double tolerance) {
    Settling settling;
    settling.is_in_one_run = cell.run_spreads.has_value();
    settling.is_of_fixed_launches = !has_chosen_shapes(*match.base) && !has_chosen_shapes(*match.other);
    const std::size_t launches = std::min(cell.base_launches, cell.other_launches);
    // A run that is yet to be made needs no more launches than these had.
    settling.launches = settling.is_in_one_run
                            ? stats::launches_to_settle(interleaved(cell), launches, tolerance, fewest_launches)
                            : stats::launches_to_settle(*cell.ratio, launches, tolerance, launches + 1);
    if (settling.launches > stats::most_launches_to_settle) {
        settling.other_tolerance = std::expm1(std::abs(std::log(cell.ratio->value)) + 2 * half_width(*cell.ratio));
    }
    settling.seconds =
        static_cast<double>(settling.launches) * (mean_seconds(*match.base) + mean_seconds(*match.other));
    return settling;
}

/// Where blocks that nothing disturbed are enough to say otherwise, neither is believed.
void weigh_disturbance(const std::optional<PValue>& p_value, const VerdictRule& rule, CellComparison& cell) {
    Disturbed& disturbed = *cell.disturbed;
    if (!disturbed.ratio) {
        return;
    }
    disturbed.verdict = verdict_of(*disturbed.ratio, p_value, cell.metric->is_less_better, rule);
    const bool contradicts = cell.verdict != Verdict::inconclusive && disturbed.verdict != Verdict::inconclusive &&
                             disturbed.verdict != cell.verdict;
    if (contradicts) {
        cell.reason = fmt::format(
            "{}, but {} of {} blocks were disturbed, and without them it is {}: {:+.1f}% [{:+.1f}%, {:+.1f}%]",
            name_of(cell.verdict, *cell.metric), disturbed.blocks, disturbed.of_blocks,
            name_of(disturbed.verdict, *cell.metric), 100 * (disturbed.ratio->value - 1),
            100 * (disturbed.ratio->ci95.low - 1), 100 * (disturbed.ratio->ci95.high - 1));
        cell.verdict = Verdict::inconclusive;
    }
}

/// How far the cell's launches moved from the first to the last, as a share; 0 where the document says of no drift.
double drift_of(const document::Cell& cell, const Metric& metric) {
    if (!cell.has_problem("drifting")) {
        return 0;
    }
    const auto drift = stats::drift(values_of(figures_by_launch(cell, metric)));
    return drift ? std::abs(drift->total) : 0;
}

/// A run during which the machine moved has no one speed that another run's could be held against: what it moved by is
/// no difference.
void weigh_drift(const Match& match, const VerdictRule& rule, CellComparison& cell) {
    const bool is_decided = cell.verdict == Verdict::worse || cell.verdict == Verdict::better;
    if (!cell.run_spreads || !is_decided || !cell.metric->is_time) {
        return;
    }
    const double of_base = drift_of(*match.base, *cell.metric);
    const double of_other = drift_of(*match.other, *cell.metric);
    const double explained = std::log1p(of_base) + std::log1p(of_other) + std::log1p(rule.tolerance);
    if ((of_base == 0 && of_other == 0) || std::abs(std::log(cell.ratio->value)) > explained) {
        return;
    }
    const bool has_base = of_base > of_other;
    cell.reason = fmt::format("{} by its figures, but the {} run drifted by {:.0f}%: the machine moved meanwhile",
                              name_of(cell.verdict, *cell.metric), has_base ? "base's" : "new",
                              100 * std::max(of_base, of_other));
    cell.verdict = Verdict::inconclusive;
}

/// The ratios that are tested together. Without disturbed blocks it is the whole comparison made once more, so that
/// cells that nothing disturbed count in it as they are.
std::vector<std::optional<stats::RatioEstimate>> family_of(const std::vector<CellComparison>& cells,
                                                           bool is_without_disturbed) {
    std::vector<std::optional<stats::RatioEstimate>> ratios;
    for (const CellComparison& cell : cells) {
        ratios.push_back(is_without_disturbed && cell.disturbed ? cell.disturbed->ratio : cell.ratio);
    }
    return ratios;
}

/// The one engine that all of these cells were measured with; nothing where they have several, or it is not known.
template <typename CellOf>
std::optional<plan::EngineFile> engine_of_all(const document::Document& document, const Matches& matches,
                                              CellOf cell_of) {
    std::optional<plan::EngineFile> found;
    for (const Match& match : matches.pairs) {
        const document::Engine* engine = document::engine_of(document, *cell_of(match));
        if (engine == nullptr || !engine->file || (found && *found != *engine->file)) {
            return std::nullopt;
        }
        found = engine->file;
    }
    return found;
}

/// Whether measuring the base's cells once more by both engines measures what is compared.
bool are_alike_but_for_engines(const document::Document& base, const document::Document& other,
                               const Matches& matches) {
    const bool is_one_machine = base.machines.size() == 1 && other.machines.size() == 1 &&
                                machine::kind_of(base.machines[0].host) == machine::kind_of(other.machines[0].host);
    return is_one_machine && std::all_of(matches.pairs.begin(), matches.pairs.end(), [](const Match& match) {
               plan::Identity identity = match.base->identity;
               identity.engine = match.other->identity.engine;
               return identity == match.other->identity;
           });
}

}  // namespace

void judge(const Matches& matches, const VerdictRule& rule, std::vector<CellComparison>& cells) {
    const auto p_values = p_values_of(family_of(cells, false), rule.tolerance);
    const auto without_disturbed = p_values_of(family_of(cells, true), rule.tolerance);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        CellComparison& cell = cells[i];
        if (!cell.ratio) {
            continue;
        }
        cell.p_value = p_values[i];
        cell.verdict = verdict_of(*cell.ratio, cell.p_value, cell.metric->is_less_better, rule);
        if (cell.disturbed) {
            weigh_disturbance(without_disturbed[i], rule, cell);
        }
        const Match& match = matches.pairs[i % matches.pairs.size()];
        weigh_drift(match, rule, cell);
        const bool is_open = cell.verdict == Verdict::inconclusive;
        if (is_open && cell.reason.empty()) {
            cell.smallest_detectable =
                (1 + rule.tolerance) *
                stats::smallest_detectable_ratio(cell.ratio->standard_error, cell.ratio->degrees_of_freedom);
        }
        if (is_open && (cell.reason.empty() || cell.run_spreads)) {
            cell.settling = settling_of(cell, match, rule.tolerance);
        }
    }
}

void add_settling_command(const document::Document& base, const document::Document& other, const Matches& matches,
                          Comparison& comparison) {
    std::size_t launches = 0;
    for (const CellComparison& cell : comparison.cells) {
        const bool is_open = cell.settling && cell.settling->is_in_one_run && cell.settling->other_tolerance == 0;
        launches = std::max(launches, is_open ? cell.settling->launches : 0);
    }
    const auto old_engine = engine_of_all(base, matches, [](const Match& match) { return match.base; });
    const auto new_engine = engine_of_all(other, matches, [](const Match& match) { return match.other; });
    const bool are_two = old_engine && new_engine && old_engine->path != new_engine->path;
    if (launches == 0 || !are_two || base.run.given.empty() || !are_alike_but_for_engines(base, other, matches)) {
        return;
    }
    comparison.settling_command = {"gravbench",         "run",
                                   "--baseline",        base.name,
                                   "--engine",          new_engine->path,
                                   "--baseline-engine", old_engine->path,
                                   "--tolerance",       fmt::format("{:g}%", 100 * comparison.options.rule.tolerance)};
    // Else the run ends by itself, when its ratios are precise.
    if (base.run.given.contains("launches")) {
        comparison.settling_command.insert(comparison.settling_command.end(), {"--launches", std::to_string(launches)});
    }
    double seconds = 0;
    for (const Match& match : matches.pairs) {
        seconds += static_cast<double>(launches) * (mean_seconds(*match.base) + mean_seconds(*match.other));
    }
    comparison.settling_seconds = std::min(seconds, most_settling_seconds);
    // The baseline's own limit was for one engine, and for fewer launches. A run that ends by itself seldom needs this.
    if (base.run.given.contains("max-time")) {
        constexpr double patience = 4;
        comparison.settling_command.insert(
            comparison.settling_command.end(),
            {"--max-time", fmt::format("{:.0f}s", std::ceil(patience * comparison.settling_seconds))});
    }
}

}  // namespace gravbench::compare
