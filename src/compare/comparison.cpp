#include "compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <map>
#include <thread>

namespace gravbench::compare {
namespace {

/// The figures of a cell's launches by number; by position where the document does not number them.
std::map<int, double> figures_of(const MeasuredCell& cell, const Metric& metric) {
    std::map<int, double> figures;
    for (std::size_t i = 0; i < cell.launches.size(); ++i) {
        const auto figure = metric.of_launch(cell, cell.launches[i]);
        const int number = cell.launches[i].number();
        if (figure && *figure > 0) {
            figures[number < 0 ? static_cast<int>(i) : number] = *figure;
        }
    }
    return figures;
}

std::vector<double> values_of(const std::map<int, double>& figures) {
    std::vector<double> values;
    for (const auto& [number, figure] : figures) {
        values.push_back(figure);
    }
    return values;
}

double geometric_mean(const std::map<int, double>& figures) {
    double sum = 0;
    for (const auto& [number, figure] : figures) {
        sum += std::log(figure);
    }
    return std::exp(sum / static_cast<double>(figures.size()));
}

std::vector<double> paired_ratios(const std::map<int, double>& base, const std::map<int, double>& other) {
    std::vector<double> ratios;
    for (const auto& [number, figure] : other) {
        if (const auto found = base.find(number); found != base.end()) {
            ratios.push_back(figure / found->second);
        }
    }
    return ratios;
}

/// Why a cell's figures must not be compared; empty where they may.
std::string objection(const MeasuredCell& cell, const char* side) {
    for (const Json& problem : cell.facts.at("problems")) {
        if (problem.value("code", "") == "emulated") {
            return std::string(side) + " ran on an emulated CPU: its times mean nothing";
        }
    }
    if (cell.facts.at("valid") == false) {
        const Json& problems = cell.facts.at("problems");
        return std::string(side) + " is not valid: " +
               (problems.empty() ? "no complete launch"
                                 : problems.front().value("code", "") + ": " + problems.front().value("message", ""));
    }
    return "";
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

void compare_launches(const Match& match, bool is_same_run, CellComparison& result) {
    const std::map<int, double> base = figures_of(*match.base, *result.metric);
    const std::map<int, double> other = figures_of(*match.other, *result.metric);
    result.base_launches = base.size();
    result.other_launches = other.size();
    if (!base.empty()) {
        result.base = geometric_mean(base);
    }
    if (!other.empty()) {
        result.other = geometric_mean(other);
    }
    const std::vector<double> ratios = is_same_run ? paired_ratios(base, other) : std::vector<double>();
    result.is_paired = ratios.size() >= 2;
    if (!result.is_paired && (base.size() < 2 || other.size() < 2)) {
        result.reason = result.metric->name +
                        " needs at least 2 launches of each side with enough samples; there are " +
                        std::to_string(base.size()) + " and " + std::to_string(other.size());
        return;
    }
    result.ratio =
        result.is_paired ? stats::paired_ratio_of(ratios) : stats::independent_ratio(values_of(base), values_of(other));
    if (result.is_paired) {
        result.base_launches = result.other_launches = ratios.size();
    }
    result.verdict = Verdict::inconclusive;
}

/// How the launches compare without the blocks that something disturbed; nothing where none was.
std::optional<Disturbed> disturbed_part(const Match& match, bool is_same_run, const Metric& metric) {
    Disturbed disturbed;
    for (const MeasuredCell* cell : {match.base, match.other}) {
        disturbed.blocks += disturbed_blocks(*cell);
        disturbed.of_blocks += all_blocks(*cell);
    }
    if (disturbed.blocks == 0) {
        return std::nullopt;
    }
    const MeasuredCell base = without_disturbed_blocks(*match.base);
    const MeasuredCell other = without_disturbed_blocks(*match.other);
    CellComparison rest;
    rest.metric = &metric;
    compare_launches({&base, &other}, is_same_run, rest);
    disturbed.ratio = rest.ratio;
    return disturbed;
}

CellComparison compare_cell(const Match& match, const Metric& metric, bool is_same_run) {
    CellComparison result;
    result.metric = &metric;
    result.base_key = match.base->key();
    result.other_key = match.other->key();
    result.difference = difference(*match.base, *match.other);
    result.reason = objection(*match.base, "the base");
    if (result.reason.empty()) {
        result.reason = objection(*match.other, "the new side");
    }
    if (!result.reason.empty()) {
        return result;
    }
    if (metric.of_cell != nullptr) {
        compare_figures(match, result);
    } else {
        compare_launches(match, is_same_run, result);
        result.disturbed = disturbed_part(match, is_same_run, metric);
    }
    return result;
}

double half_width(const stats::RatioEstimate& ratio) {
    return std::log(ratio.ci95.high / ratio.ci95.low) / 2;
}

double mean_seconds(const MeasuredCell& cell) {
    double sum = 0;
    for (const MeasuredLaunch& launch : cell.launches) {
        sum += launch.seconds();
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
                                        bool is_same_run) {
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
                    cells[metric * count + i] = compare_cell(matches.pairs[i], *chosen[metric], is_same_run);
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

Comparison compare(const MeasuredDocument& base, const MeasuredDocument& other, const Matches& matches,
                   const ComparisonOptions& options) {
    const bool is_same_run = base.run.value("id", Json()) == other.run.value("id", Json("another"));
    Comparison comparison;
    comparison.base_name = base.name;
    comparison.other_name = other.name;
    comparison.options = options;
    comparison.only_in_base = matches.only_in_base;
    comparison.only_in_other = matches.only_in_other;
    comparison.cells = compare_all(matches, options.metrics, is_same_run);
    judge(matches, options.rule, comparison.cells);
    comparison.warnings = unfairness(base, other, matches);
    return comparison;
}

Comparison compare_versus(const MeasuredDocument& document, const ComparisonOptions& options) {
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
