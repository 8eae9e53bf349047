#include "view/noise_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/clock.h"
#include "view/layout.h"
#include "view/lines.h"
#include "view/number.h"
#include "view/wrap.h"

namespace gravbench::view {
namespace {

using compare::CellComparison;

using document::Cell;
using document::Document;

const Cell* find_cell(const Document& document, const std::string& key) {
    const auto found =
        std::find_if(document.cells.begin(), document.cells.end(), [&](const Cell& cell) { return cell.key == key; });
    return found == document.cells.end() ? nullptr : &*found;
}

double seconds_of(const Cell& cell) {
    double seconds = 0;
    for (const document::Launch& launch : cell.launches) {
        seconds += static_cast<double>(launch.measured.busy_ns) / 1e9;
    }
    return seconds;
}

/// "5.4% between launches, 1.2% between blocks of one, 3.1% within a block"
std::string spread_of(const Cell& cell) {
    const figures::Precision precision = cell.precision.value_or(figures::Precision{});
    return fmt::format("{:.1f}% between launches, {:.1f}% between blocks of one, {:.1f}% within a block",
                       100 * precision.between_launches, 100 * precision.between_blocks, 100 * precision.within_blocks);
}

/// By the spread of the pairs seen: how small a difference so many more of them would show, four times of five.
std::string smallest_in(double seconds, double pair_seconds, double pair_deviation) {
    const double pairs = std::floor(seconds / pair_seconds);
    if (pairs < 2) {
        return "-";
    }
    return signed_percent(stats::smallest_detectable_ratio(pair_deviation / std::sqrt(pairs), pairs - 1));
}

Table times_table(const Document& document, const compare::Comparison& comparison) {
    static constexpr std::chrono::seconds times[] = {std::chrono::seconds(30), std::chrono::minutes(1),
                                                     std::chrono::minutes(2),  std::chrono::minutes(5),
                                                     std::chrono::minutes(15), std::chrono::hours(1)};
    Table table{{{"cell", "smallest difference shown in", always, Role::key}}, {}};
    for (const auto time : times) {
        table.columns.push_back({describe_duration(time), describe_duration(time), always});
    }
    for (const CellComparison& cell : comparison.cells) {
        const Cell* base = find_cell(document, cell.base_key);
        const Cell* other = find_cell(document, cell.other_key);
        if (!cell.ratio || base == nullptr || other == nullptr) {
            continue;
        }
        const auto pairs = static_cast<double>(cell.base_launches);
        const double pair_seconds = (seconds_of(*base) + seconds_of(*other)) / pairs;
        table.rows.push_back({cell.base_key});
        for (const auto time : times) {
            table.rows.back().push_back(smallest_in(static_cast<double>(time.count()), pair_seconds,
                                                    cell.ratio->standard_error * std::sqrt(pairs)));
        }
    }
    return table;
}

/// By t, four times of five, as two runs like the earlier ones would be judged.
std::string smallest_of_two_runs(const stats::RunSpread& spread) {
    return signed_percent(
        stats::smallest_detectable_ratio(std::sqrt(2 * spread.variance.value), spread.variance.degrees_of_freedom));
}

Rows::value_type spread_row(const Cell& cell, const compare::KnownSpread& known) {
    const stats::Estimate deviation = stats::deviation_of(known.spread.variance);
    return {cell.key,
            fmt::format("{}", known.runs),
            fmt::format("{:.2g}%", 100 * deviation.value),
            fmt::format("{:.2g} .. {:.2g}%", 100 * deviation.ci95->low, 100 * deviation.ci95->high),
            fmt::format("{:.2g}%", 100 * std::sqrt(known.spread.launches_part)),
            smallest_of_two_runs(known.spread)};
}

}  // namespace

std::string render_noise(const Document& document, const compare::Comparison& comparison, std::optional<int> width) {
    std::string text = machine_line(document) + "\n";
    for (const CellComparison& cell : comparison.cells) {
        const Cell* base = find_cell(document, cell.base_key);
        if (!cell.ratio || base == nullptr) {
            text += fmt::format("{}: {}\n", cell.base_key, cell.reason);
            continue;
        }
        text += fmt::format("{} against itself: {} [{}, {}] over {} pairs of launches\n  spread  {}\n", cell.base_key,
                            signed_percent(cell.ratio->value), signed_percent(cell.ratio->ci95.low),
                            signed_percent(cell.ratio->ci95.high), cell.base_launches, spread_of(*base));
    }
    const Layout layout = fitted(times_table(document, comparison), width, false);
    return wrapped(text, width, hanging_indent) + "\n" + layout.above + layout.table + layout.below;
}

std::string render_run_spread(const Document& document, const compare::Metric& metric,
                              const compare::RunHistory& history, std::optional<int> width) {
    Table table{{{"cell", "cell", always, Role::key},
                 {"runs", "runs", always},
                 {"deviation", "deviation of " + metric.name, always},
                 {"ci95", "95% interval", 50},
                 {"launches_part", "of it by launches", 40},
                 {"smallest", "smallest difference of two runs", always}},
                {}};
    std::string text = "\n" + machine_line(document) + "\n";
    for (const Cell& cell : document.cells) {
        if (const auto known = history.seen(document, cell, metric)) {
            table.rows.push_back(spread_row(cell, *known));
        } else {
            text += fmt::format("{}: too few runs that can be used: it takes 3\n", cell.key);
        }
    }
    if (table.rows.empty()) {
        return wrapped(text, width, hanging_indent);
    }
    const Layout layout = fitted(table, width, false);
    return wrapped(text, width, hanging_indent) + layout.above + (layout.above.empty() ? "" : "\n") + layout.table +
           layout.below;
}

}  // namespace gravbench::view
