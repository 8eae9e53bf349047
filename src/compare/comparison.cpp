#include "compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <iterator>
#include <map>
#include <thread>

#include "base/clock.h"
#include "compare/objection.h"

namespace gravbench::compare {
namespace {

/// The launches' figures, by the launches' numbers.
using LaunchFigures = std::map<int, double>;

LaunchFigures figures_of(const document::Cell& cell, const Metric& metric) {
    LaunchFigures figures;
    for (const document::Launch& launch : cell.launches) {
        if (const auto figure = metric.of_launch(cell, launch.measured); figure && *figure > 0) {
            figures[launch.measured.number] = *figure;
        }
    }
    return figures;
}

/// The launch as it would be, had its disturbed blocks not been measured.
records::Launch without_disturbed_blocks(const records::Launch& launch) {
    records::Launch rest;
    rest.number = launch.number;
    rest.cold_start = launch.cold_start;
    rest.peak_rss_bytes = launch.peak_rss_bytes;
    std::copy_if(launch.blocks.begin(), launch.blocks.end(), std::back_inserter(rest.blocks),
                 [](const records::Block& block) { return !block.is_disturbed(); });
    return rest;
}

/// The same without what was disturbed. Only launches that were are looked at again; one that has no other blocks is
/// left out.
LaunchFigures undisturbed_figures(const document::Cell& cell, const Metric& metric, LaunchFigures figures) {
    for (const document::Launch& launch : cell.launches) {
        const auto& blocks = launch.measured.blocks;
        if (std::none_of(blocks.begin(), blocks.end(), [](const auto& block) { return block.is_disturbed(); })) {
            continue;
        }
        figures.erase(launch.measured.number);
        const records::Launch rest = without_disturbed_blocks(launch.measured);
        const auto figure = rest.blocks.empty() ? std::nullopt : metric.of_launch(cell, rest);
        if (figure && *figure > 0) {
            figures[rest.number] = *figure;
        }
    }
    return figures;
}

std::vector<double> values_of(const LaunchFigures& figures) {
    std::vector<double> values;
    for (const auto& [number, figure] : figures) {
        values.push_back(figure);
    }
    return values;
}

/// Keeps what both sides have.
void keep_pairs(LaunchFigures& base, LaunchFigures& other) {
    std::erase_if(base, [&](const auto& one) { return !other.contains(one.first); });
    std::erase_if(other, [&](const auto& one) { return !base.contains(one.first); });
}

/// Of figures that are in pairs.
std::vector<double> ratios_of(const LaunchFigures& base, const LaunchFigures& other) {
    std::vector<double> ratios;
    for (const auto& [number, figure] : other) {
        ratios.push_back(figure / base.at(number));
    }
    return ratios;
}

/// Why the two sides must not be compared; empty where they may.
std::string objection(const Match& match) {
    for (const document::Cell* cell : {match.base, match.other}) {
        if (const auto problem = objection_to(*cell)) {
            const std::string side = cell == match.base ? "the base" : "the new side";
            return problem->code == "emulated" ? side + " " + problem->message
                   : problem->message.empty()  ? side + " is not valid: " + problem->code
                                               : side + " is not valid: " + problem->code + ": " + problem->message;
        }
    }
    return "";
}

std::string too_few_launches(const Match& match, const CellComparison& result) {
    const std::string& name = result.metric->name;
    const std::size_t of_base = match.base->launches.size();
    const std::size_t of_other = match.other->launches.size();
    if (result.base_launches == of_base && result.other_launches == of_other) {
        return fmt::format(
            "{} needs at least 2 launches of each side; the base has {}, the new side {} (gravbench run --launches 5)",
            name, of_base, of_other);
    }
    return fmt::format(
        "{} needs at least 2 launches of each side that have it, a percentile with enough samples; the base has {} of "
        "{}, the new side {} of {}",
        name, result.base_launches, of_base, result.other_launches, of_other);
}

/// One figure a side: exact, without an interval.
void compare_figures(const Match& match, CellComparison& result) {
    result.base = result.metric->of_cell(*match.base);
    result.other = result.metric->of_cell(*match.other);
    if (!result.base || !result.other) {
        result.reason = "no " + result.metric->name + " on " + (result.base ? "the new side" : "the base's side");
        return;
    }
    result.verdict = verdict_of_difference(*result.base, *result.other, result.metric->is_less_better,
                                           result.metric->difference_that_counts);
}

/// The ratio of launches that were measured side by side where there are at least 2 pairs, else of all; nothing where
/// those are too few.
std::optional<stats::RatioEstimate> ratio_of(const LaunchFigures& base, const LaunchFigures& other, bool is_paired) {
    if (is_paired) {
        return stats::paired_ratio_of(ratios_of(base, other));
    }
    return base.size() < 2 || other.size() < 2
               ? std::nullopt
               : std::optional(stats::independent_ratio(values_of(base), values_of(other)));
}

/// Figures of both sides' launches: those of pairs only, where there are at least 2.
struct Sides {
    LaunchFigures base;
    LaunchFigures other;
    bool is_paired = false;
};

Sides sides_of(LaunchFigures base, LaunchFigures other, bool is_same_run) {
    Sides sides{std::move(base), std::move(other)};
    if (is_same_run) {
        Sides pairs = sides;
        keep_pairs(pairs.base, pairs.other);
        pairs.is_paired = pairs.base.size() >= 2;
        return pairs.is_paired ? pairs : sides;
    }
    return sides;
}

/// How the launches compare without the blocks that something disturbed; nothing where none was.
std::optional<Disturbed> disturbed_part(const Match& match, const Metric& metric, bool is_same_run, LaunchFigures base,
                                        LaunchFigures other) {
    Disturbed disturbed;
    for (const document::Cell* cell : {match.base, match.other}) {
        disturbed.blocks += cell->disturbed_blocks();
        disturbed.of_blocks += cell->blocks();
    }
    if (disturbed.blocks == 0) {
        return std::nullopt;
    }
    const Sides rest = sides_of(undisturbed_figures(*match.base, metric, std::move(base)),
                                undisturbed_figures(*match.other, metric, std::move(other)), is_same_run);
    disturbed.ratio = ratio_of(rest.base, rest.other, rest.is_paired);
    return disturbed;
}

void compare_launches(const Match& match, bool is_same_run, CellComparison& result) {
    const Metric& metric = *result.metric;
    LaunchFigures base = figures_of(*match.base, metric);
    LaunchFigures other = figures_of(*match.other, metric);
    const Sides sides = sides_of(base, other, is_same_run);
    result.base = figure_of(*match.base, metric, values_of(sides.base));
    result.other = figure_of(*match.other, metric, values_of(sides.other));
    result.base_launches = sides.base.size();
    result.other_launches = sides.other.size();
    result.is_paired = sides.is_paired;
    result.ratio = ratio_of(sides.base, sides.other, sides.is_paired);
    result.disturbed = disturbed_part(match, metric, is_same_run, std::move(base), std::move(other));
    if (!result.ratio) {
        result.reason = too_few_launches(match, result);
        return;
    }
    result.verdict = Verdict::inconclusive;
}

/// What is compared, and in which run it was measured.
struct Documents {
    const document::Document& base;
    const document::Document& other;

    bool are_of_one_run() const { return !base.run.id.empty() && base.run.id == other.run.id; }
};

CellComparison compare_cell(const Match& match, const Metric& metric, const Documents& documents) {
    CellComparison result;
    result.metric = &metric;
    result.base_key = match.base->key;
    result.other_key = match.other->key;
    result.difference = difference(documents.base, *match.base, documents.other, *match.other);
    result.reason = objection(match);
    if (!result.reason.empty()) {
        return result;
    }
    if (metric.of_cell != nullptr) {
        compare_figures(match, result);
    } else {
        compare_launches(match, documents.are_of_one_run(), result);
    }
    return result;
}

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

Settling settling_of(const CellComparison& cell, const Match& match, double tolerance) {
    Settling settling;
    settling.launches =
        stats::launches_to_settle(*cell.ratio, std::min(cell.base_launches, cell.other_launches), tolerance);
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
        if (cell.verdict == Verdict::inconclusive && cell.reason.empty()) {
            cell.smallest_detectable =
                (1 + rule.tolerance) *
                stats::smallest_detectable_ratio(cell.ratio->standard_error, cell.ratio->degrees_of_freedom);
            cell.settling = settling_of(cell, matches.pairs[i % matches.pairs.size()], rule.tolerance);
        }
    }
}

/// All metrics of all matches, the matches parted among threads.
std::vector<CellComparison> compare_all(const Matches& matches, const std::vector<std::string>& names,
                                        const Documents& documents) {
    const std::size_t count = matches.pairs.size();
    std::vector<CellComparison> cells(count * names.size());
    std::vector<const Metric*> chosen;
    for (const std::string& name : names) {
        chosen.push_back(&find_metric(name));
    }
    const std::size_t parts = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
    std::vector<std::future<void>> working;
    for (std::size_t part = 0; part < parts; ++part) {
        working.push_back(std::async(std::launch::async, [&, part] {
            for (std::size_t i = part * count / parts; i < (part + 1) * count / parts; ++i) {
                for (std::size_t metric = 0; metric < chosen.size(); ++metric) {
                    cells[metric * count + i] = compare_cell(matches.pairs[i], *chosen[metric], documents);
                }
            }
        }));
    }
    for (auto& one : working) {
        one.get();
    }
    return cells;
}

}  // namespace

Comparison compare(const document::Document& base, const document::Document& other, const Matches& matches,
                   const ComparisonOptions& options) {
    Comparison comparison;
    comparison.base_name = base.name;
    comparison.other_name = other.name;
    comparison.options = options;
    comparison.only_in_base = matches.only_in_base;
    comparison.only_in_other = matches.only_in_other;
    comparison.cells = compare_all(matches, options.metrics, {base, other});
    judge(matches, options.rule, comparison.cells);
    comparison.machine_speeds = machine_speeds(base, other, matches);
    comparison.warnings = unfairness(base, other, matches);
    if (const auto warning = unlike_speeds(comparison.machine_speeds)) {
        comparison.warnings.push_back(*warning);
    }
    return comparison;
}

Comparison compare_versus(const document::Document& document, const ComparisonOptions& options) {
    return compare(document, document, match_versus(document), options);
}

std::string name_of(Verdict verdict, const Metric& metric) {
    switch (verdict) {
        case Verdict::better:
            return metric.better;
        case Verdict::worse:
            return metric.worse;
        case Verdict::same:
            return "same";
        case Verdict::inconclusive:
            return "inconclusive";
        case Verdict::not_compared:
            break;
    }
    return "not compared";
}

ExitCode exit_code_for(const Comparison& comparison) {
    const auto has = [&](Verdict verdict) {
        return std::any_of(comparison.cells.begin(), comparison.cells.end(),
                           [&](const CellComparison& cell) { return cell.verdict == verdict; });
    };
    if (has(Verdict::worse)) {
        return ExitCode::regression;
    }
    const bool is_open = comparison.cells.empty() || has(Verdict::inconclusive) || has(Verdict::not_compared);
    return is_open ? ExitCode::not_trustworthy : ExitCode::fine;
}

}  // namespace gravbench::compare
