#include "compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <thread>

#include "compare/judging.h"
#include "compare/objection.h"

namespace gravbench::compare {
namespace {

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

/// Figures of both sides' launches: those of pairs only, where there are at least 2.
struct Sides {
    LaunchFigures base;
    LaunchFigures other;
    bool is_paired = false;
};

/// As the launches alone have it: of pairs that were measured side by side, else of all. Nothing where those are too
/// few.
std::optional<stats::RatioEstimate> ratio_by_launches(const Sides& sides) {
    if (sides.is_paired) {
        return stats::paired_ratio_of(ratios_of(sides.base, sides.other));
    }
    return sides.base.size() < 2 || sides.other.size() < 2
               ? std::nullopt
               : std::optional(stats::independent_ratio(values_of(sides.base), values_of(sides.other)));
}

/// The same with the spread between runs, where the sides are of two.
std::optional<stats::RatioEstimate> ratio_of(const Sides& sides, const std::optional<stats::RatioEstimate>& by_launches,
                                             const std::optional<RunSpreads>& spreads) {
    if (!by_launches || !spreads) {
        return by_launches;
    }
    return stats::ratio_of_runs(values_of(sides.base), spreads->base.spread, values_of(sides.other),
                                spreads->other.spread, spreads->are_one);
}

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
std::optional<Disturbed> disturbed_part(const Match& match, const CellComparison& cell, bool is_same_run,
                                        LaunchFigures base, LaunchFigures other) {
    const Metric& metric = *cell.metric;
    Disturbed disturbed;
    for (const document::Cell* side : {match.base, match.other}) {
        disturbed.blocks += side->disturbed_blocks();
        disturbed.of_blocks += side->blocks();
    }
    if (disturbed.blocks == 0) {
        return std::nullopt;
    }
    const Sides rest = sides_of(undisturbed_figures(*match.base, metric, std::move(base)),
                                undisturbed_figures(*match.other, metric, std::move(other)), is_same_run);
    disturbed.ratio = ratio_of(rest, ratio_by_launches(rest), cell.run_spreads);
    return disturbed;
}

/// What is compared, and in which run it was measured.
struct Documents {
    const document::Document& base;
    const document::Document& other;
    const RunHistory& history;

    bool are_of_one_run() const { return &base == &other || (!base.run.id.empty() && base.run.id == other.run.id); }
};

void compare_launches(const Match& match, const Documents& documents, CellComparison& result) {
    const Metric& metric = *result.metric;
    const bool is_same_run = documents.are_of_one_run();
    LaunchFigures base = figures_by_launch(*match.base, metric);
    LaunchFigures other = figures_by_launch(*match.other, metric);
    const Sides sides = sides_of(base, other, is_same_run);
    result.base = figure_of(*match.base, metric, values_of(sides.base));
    result.other = figure_of(*match.other, metric, values_of(sides.other));
    result.base_launches = sides.base.size();
    result.other_launches = sides.other.size();
    result.is_paired = sides.is_paired;
    if (!is_same_run) {
        result.run_spreads =
            documents.history.spreads(documents.base, *match.base, documents.other, *match.other, metric);
    }
    result.by_launches = ratio_by_launches(sides);
    result.ratio = ratio_of(sides, result.by_launches, result.run_spreads);
    result.disturbed = disturbed_part(match, result, is_same_run, std::move(base), std::move(other));
    if (!result.ratio) {
        result.reason = too_few_launches(match, result);
        return;
    }
    result.verdict = Verdict::inconclusive;
}

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
        compare_launches(match, documents, result);
    }
    return result;
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
                   const ComparisonOptions& options, const RunHistory& history) {
    Comparison comparison;
    comparison.base_name = base.name;
    comparison.other_name = other.name;
    comparison.options = options;
    comparison.only_in_base = matches.only_in_base;
    comparison.only_in_other = matches.only_in_other;
    comparison.cells = compare_all(matches, options.metrics, {base, other, history});
    judge(matches, options.rule, comparison.cells);
    add_settling_command(base, other, matches, comparison);
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
