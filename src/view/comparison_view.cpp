#include "view/comparison_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/clock.h"
#include "base/errors.h"
#include "view/format.h"
#include "view/number.h"
#include "view/table.h"

namespace gravbench::view {
namespace {

using compare::CellComparison;
using compare::Comparison;
using compare::Verdict;

const std::vector<std::string> comparison_formats{"table", "markdown", "json"};

std::string figure(const std::optional<double>& value) {
    return value ? four_digits(*value) : "-";
}

/// A ratio as people read it: 1.052 is +5.2%.
std::string percent(double ratio) {
    return fmt::format("{:+.1f}%", 100 * (ratio - 1));
}

/// Four digits would hide what counts of an exact figure.
std::string figure(const CellComparison& cell, const std::optional<double>& value) {
    return value && cell.metric->of_cell != nullptr ? fmt::format("{:.6f}", *value) : figure(value);
}

std::string change(const CellComparison& cell) {
    if (cell.metric->of_cell != nullptr && cell.base && cell.other) {
        return fmt::format("{:+.6f}", *cell.other - *cell.base);
    }
    return cell.ratio ? percent(cell.ratio->value) : "-";
}

std::string interval(const CellComparison& cell) {
    return cell.ratio ? percent(cell.ratio->ci95.low) + " .. " + percent(cell.ratio->ci95.high) : "-";
}

std::string settling_text(const CellComparison& cell) {
    const compare::Settling& settling = *cell.settling;
    if (settling.other_tolerance > 0) {
        return fmt::format("no {} launches would settle it, --tolerance {:.0f}% would", stats::most_launches_to_settle,
                           std::ceil(100 * settling.other_tolerance));
    }
    const std::string time = settling.seconds > 0
                                 ? fmt::format(", {} in all", describe_duration(std::chrono::nanoseconds(
                                                                  static_cast<std::int64_t>(settling.seconds * 1e9))))
                                 : "";
    // By number and not by time: with --max-time a run ends as soon as its ratio is precise.
    return fmt::format("--launches {} would settle it{}", settling.launches, time);
}

std::string note(const CellComparison& cell) {
    std::string text = cell.reason;
    if (cell.smallest_detectable) {
        text = fmt::format("could have shown {}", percent(*cell.smallest_detectable));
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

Rows comparison_rows(const Comparison& comparison) {
    Rows rows{{"cell", "difference", "metric", "base", "new", "change", "95% interval", "launches", "verdict", "note"}};
    for (const CellComparison& cell : comparison.cells) {
        rows.push_back({cell.base_key, cell.difference.empty() ? "-" : cell.difference, cell.metric->title,
                        figure(cell, cell.base), figure(cell, cell.other), change(cell), interval(cell), launches(cell),
                        compare::name_of(cell.verdict, *cell.metric), note(cell)});
    }
    return rows;
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
    for (const compare::Warning& warning : comparison.warnings) {
        text += fmt::format("warning  {}{}\n", warning.message,
                            warning.cells > 0 ? fmt::format(" ({} cells)", warning.cells) : "");
    }
    return text;
}

Rows across_rows(const compare::Across& across) {
    Rows rows{{"cell", "machine", "p50 ms", "95% interval", "items/s", "per vCPU", "per core", "cosine",
               "p50 against the first", "95% interval", "note"}};
    for (const compare::AcrossRow& row : across.rows) {
        for (std::size_t i = 0; i < row.entries.size(); ++i) {
            const compare::AcrossEntry& entry = row.entries[i];
            rows.push_back(
                {i == 0 ? row.key : "", across.machines[i], figure(entry.p50_ms),
                 entry.p50_ci95 ? four_digits(entry.p50_ci95->low) + " .. " + four_digits(entry.p50_ci95->high) : "-",
                 figure(entry.throughput_per_s), figure(entry.per_vcpu_per_s), figure(entry.per_core_per_s),
                 entry.cosine ? fmt::format("{:.6f}", *entry.cosine) : "-",
                 entry.ratio ? fmt::format("{:.3f}", entry.ratio->value) : "-",
                 entry.ratio ? fmt::format("{:.3f} .. {:.3f}", entry.ratio->ci95.low, entry.ratio->ci95.high) : "-",
                 entry.reason.empty() ? "-" : entry.reason});
        }
    }
    return rows;
}

}  // namespace

std::string comparison_format_names() {
    return fmt::format("{}", fmt::join(comparison_formats, ", "));
}

void check_comparison_format(const std::string& format) {
    if (std::find(comparison_formats.begin(), comparison_formats.end(), format) == comparison_formats.end()) {
        throw UsageError(fmt::format("--format: \"{}\" is not one of {}", format, comparison_format_names()));
    }
}

std::string render_comparison(const Comparison& comparison, const std::string& format) {
    check_comparison_format(format);
    if (format == "json") {
        return readable_json(compare::to_json(comparison));
    }
    const Rows rows = comparison_rows(comparison);
    return (format == "markdown" ? markdown(rows) : aligned(rows)) + lines_below(comparison);
}

std::string render_across(const compare::Across& across, const std::string& format) {
    check_comparison_format(format);
    if (format == "json") {
        return readable_json(compare::to_json(across));
    }
    const Rows rows = across_rows(across);
    std::string text = format == "markdown" ? markdown(rows) : aligned(rows);
    text += "\n";
    for (std::size_t i = 0; i < across.machines.size(); ++i) {
        text += fmt::format("machine  {}: {}\n", across.machines[i], across.cpus[i]);
    }
    return text;
}

}  // namespace gravbench::view
