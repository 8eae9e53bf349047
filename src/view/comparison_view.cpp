#include "view/comparison_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "compare/comparison_json.h"
#include "view/comparison_parts.h"
#include "view/number.h"

namespace gravbench::view {
namespace {

using compare::CellComparison;
using compare::Comparison;
using compare::Verdict;

/// Four digits would hide what counts of an exact figure.
std::string exact_or_short(const CellComparison& cell, const std::optional<double>& value) {
    return value && cell.metric->of_cell != nullptr ? fmt::format("{:.6f}", *value) : figure_or_dash(value);
}

std::string change(const CellComparison& cell) {
    if (cell.metric->of_cell != nullptr && cell.base && cell.other) {
        return fmt::format("{:+.6f}", *cell.other - *cell.base);
    }
    return cell.ratio ? signed_percent(cell.ratio->value) : "-";
}

std::string interval(const CellComparison& cell) {
    return cell.ratio ? signed_percent(cell.ratio->ci95.low) + " .. " + signed_percent(cell.ratio->ci95.high) : "-";
}

std::string settling_text(const CellComparison& cell) {
    const compare::Settling& settling = *cell.settling;
    if (settling.other_tolerance > 0.99) {  // --tolerance is below 100%.
        return fmt::format("no {} launches and no tolerance would settle it", stats::most_launches_to_settle);
    }
    if (settling.other_tolerance > 0) {
        return fmt::format("no {} launches would settle it, --tolerance {:.0f}% would", stats::most_launches_to_settle,
                           std::ceil(100 * settling.other_tolerance));
    }
    const std::string time = settling.seconds > 0
                                 ? fmt::format(", {} in all", describe_duration(std::chrono::nanoseconds(
                                                                  static_cast<std::int64_t>(settling.seconds * 1e9))))
                                 : "";
    // By number and not by time: with --max-time a run ends as soon as its ratio is precise.
    return fmt::format("{}{} {} would settle it{}",
                       settling.is_in_one_run ? "both in one run (--versus, --versus-engine) with " : "",
                       settling.is_of_fixed_launches ? "--launches" : "--min-launches", settling.launches, time);
}

std::string note(const CellComparison& cell) {
    std::string text = cell.reason;
    if (cell.smallest_detectable) {
        text = fmt::format("could have shown {}", signed_percent(*cell.smallest_detectable));
    }
    if (cell.settling) {
        text += "; " + settling_text(cell);
    }
    return text.empty() ? "-" : text;
}

std::string launches(const CellComparison& cell) {
    if (cell.is_paired) {
        return fmt::format("{} pairs", cell.base_launches);
    }
    return cell.ratio ? fmt::format("{} and {}", cell.base_launches, cell.other_launches) : "-";
}

/// "5.9% by 12 runs"; of both sides where they differ.
std::string run_spread(const CellComparison& cell) {
    if (!cell.run_spreads) {
        return "-";
    }
    const std::string base = describe(cell.run_spreads->base);
    const std::string other = describe(cell.run_spreads->other);
    return base == other ? base : base + ", " + other;
}

Table comparison_table(const Comparison& comparison) {
    Table table{{{"cell", "cell", 99, Role::key},
                 {"difference", "difference", 70, Role::setting},
                 {"metric", "metric", 75, Role::setting},
                 {"base", "base", 50},
                 {"new", "new", 51},
                 {"change", "change", always},
                 {"ci95", "95% interval", 85},
                 {"launches", "launches", 30},
                 {"run_spread", "run spread", 25},
                 {"verdict", "verdict", always},
                 {"note", "note", 20, Role::note}},
                {}};
    for (const CellComparison& cell : comparison.cells) {
        table.rows.push_back({cell.base_key, cell.difference.empty() ? "-" : cell.difference, cell.metric->title,
                              exact_or_short(cell, cell.base), exact_or_short(cell, cell.other), change(cell),
                              interval(cell), launches(cell), run_spread(cell),
                              compare::name_of(cell.verdict, *cell.metric), note(cell)});
        table.labels.push_back(comparison.options.metrics.size() > 1 ? cell.base_key + " " + cell.metric->name
                                                                     : cell.base_key);
    }
    return table;
}

/// "1 slower, 3 same, 2 inconclusive": what there is of, the gravest first.
std::string counts(const Comparison& comparison) {
    std::string text;
    for (const Verdict verdict :
         {Verdict::worse, Verdict::better, Verdict::same, Verdict::inconclusive, Verdict::not_compared}) {
        std::vector<std::string> seen;
        for (const CellComparison& cell : comparison.cells) {
            const std::string name = compare::name_of(cell.verdict, *cell.metric);
            if (cell.verdict != verdict || std::find(seen.begin(), seen.end(), name) != seen.end()) {
                continue;
            }
            seen.push_back(name);
            const auto count =
                std::count_if(comparison.cells.begin(), comparison.cells.end(), [&](const CellComparison& other) {
                    return other.verdict == verdict && compare::name_of(other.verdict, *other.metric) == name;
                });
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
        }
    }
    return text.empty() ? "no cell of one side has a counterpart on the other" : text;
}

/// What two runs are judged with beside their launches, and how that could be known better.
std::string spread_line(const Comparison& comparison) {
    std::int64_t of_two_runs = 0;
    std::int64_t assumed = 0;
    std::string assumption;
    for (const CellComparison& cell : comparison.cells) {
        if (!cell.run_spreads) {
            continue;
        }
        of_two_runs += 1;
        for (const compare::KnownSpread* side : {&cell.run_spreads->base, &cell.run_spreads->other}) {
            assumption = side->runs == 0 ? describe(*side) : assumption;
        }
        assumed += cell.run_spreads->base.runs == 0 || cell.run_spreads->other.runs == 0 ? 1 : 0;
    }
    if (of_two_runs == 0) {
        return "";
    }
    const std::string how =
        assumed == 0 ? "as earlier runs show it"
                     : fmt::format(
                           "{} in {} of {}; gravbench noise MODEL --runs 10 --every 10m measures it, --history "
                           "FOLDER takes it from earlier documents",
                           assumption, assumed, counted(of_two_runs, "comparison"));
    return fmt::format("spread between runs  counted, {}\n", how);
}

/// What the machine itself did between the two runs: a line for each number of threads.
std::string speed_lines(const std::vector<compare::SpeedRatio>& speeds) {
    std::map<int, std::vector<std::string>> by_threads;
    for (const compare::SpeedRatio& speed : speeds) {
        by_threads[speed.threads].push_back(describe(speed));
    }
    std::string text;
    for (const auto& [threads, described] : by_threads) {
        text += fmt::format("yardstick, {}, new against base: {}\n", counted(threads, "thread"),
                            fmt::join(described, ", "));
    }
    return text;
}

std::string lines_below(const Comparison& comparison) {
    const auto tested = std::count_if(comparison.cells.begin(), comparison.cells.end(),
                                      [](const CellComparison& cell) { return cell.p_value.has_value(); });
    std::string text = fmt::format(
        "\nverdict  {}; tolerance {:.2g}%, false discovery rate {:.2g}% over {} comparisons\n", counts(comparison),
        100 * comparison.options.rule.tolerance, 100 * comparison.options.rule.false_discovery_rate, tested);
    for (const std::string& key : comparison.only_in_base) {
        text += fmt::format("only in the base: {}\n", key);
    }
    for (const std::string& key : comparison.only_in_other) {
        text += fmt::format("only in the new: {}\n", key);
    }
    if (!comparison.settling_command.empty()) {
        text += fmt::format(
            "to settle it, in about {}:  {}\n",
            describe_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(comparison.settling_seconds * 1e9))),
            shell_line(comparison.settling_command));
    }
    return text + spread_line(comparison) + speed_lines(comparison.machine_speeds) + warning_lines(comparison.warnings);
}

}  // namespace

void check_comparison_view(const Presentation& presentation) {
    check_table_view(Content::comparison, presentation, comparison_table({}));
}

std::string render_comparison(const Comparison& comparison, const Presentation& presentation) {
    check_comparison_view(presentation);
    return presentation.format == "json"
               ? readable_json(compare::to_json(comparison))
               : table_with_lines(comparison_table(comparison), lines_below(comparison), presentation);
}

}  // namespace gravbench::view
