#include "view/noise_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/clock.h"
#include "view/lines.h"
#include "view/table.h"

namespace gravbench::view {
namespace {

using compare::CellComparison;

const compare::MeasuredCell* find_cell(const compare::MeasuredDocument& document, const std::string& key) {
    const auto found = std::find_if(document.cells.begin(), document.cells.end(),
                                    [&](const compare::MeasuredCell& cell) { return cell.key() == key; });
    return found == document.cells.end() ? nullptr : &*found;
}

double seconds_of(const compare::MeasuredCell& cell) {
    double seconds = 0;
    for (const compare::MeasuredLaunch& launch : cell.launches) {
        seconds += launch.seconds();
    }
    return seconds;
}

std::string percent(double ratio) {
    return fmt::format("{:+.1f}%", 100 * (ratio - 1));
}

/// "5.4% between launches, 1.2% between blocks, 3.1% within"
std::string spread_of(const compare::MeasuredCell& cell) {
    const Json& precision = member_or_empty(cell.facts, "precision");
    const Json& deviation = member_or_empty(precision, "deviation");
    const auto share = [&](const char* name) { return 100 * deviation.value(name, 0.0); };
    return fmt::format("{:.1f}% between launches, {:.1f}% between blocks of one, {:.1f}% within a block",
                       share("between_launches"), share("between_blocks"), share("within_blocks"));
}

/// By the spread of the pairs seen: how small a difference so many more of them would show, four times of five.
std::string smallest_in(double seconds, double pair_seconds, double pair_deviation) {
    const double pairs = std::floor(seconds / pair_seconds);
    if (pairs < 2) {
        return "-";
    }
    return percent(stats::smallest_detectable_ratio(pair_deviation / std::sqrt(pairs), pairs - 1));
}

Rows rows_of(const compare::MeasuredDocument& document, const compare::Comparison& comparison) {
    static constexpr std::chrono::seconds times[] = {std::chrono::seconds(30), std::chrono::minutes(1),
                                                     std::chrono::minutes(2),  std::chrono::minutes(5),
                                                     std::chrono::minutes(15), std::chrono::hours(1)};
    Rows rows{{"smallest difference shown in"}};
    for (const auto time : times) {
        rows.front().push_back(describe_duration(time));
    }
    for (const CellComparison& cell : comparison.cells) {
        const compare::MeasuredCell* base = find_cell(document, cell.base_key);
        const compare::MeasuredCell* other = find_cell(document, cell.other_key);
        if (!cell.ratio || base == nullptr || other == nullptr) {
            continue;
        }
        const auto pairs = static_cast<double>(cell.base_launches);
        const double pair_seconds = (seconds_of(*base) + seconds_of(*other)) / pairs;
        rows.push_back({cell.base_key});
        for (const auto time : times) {
            rows.back().push_back(smallest_in(static_cast<double>(time.count()), pair_seconds,
                                              cell.ratio->standard_error * std::sqrt(pairs)));
        }
    }
    return rows;
}

}  // namespace

std::string render_noise(const compare::MeasuredDocument& document, const compare::Comparison& comparison) {
    std::string text =
        machine_line({{"machine", document.machine},
                      {"cells", Json::array({document.cells.empty() ? Json() : document.cells.front().facts})}}) +
        "\n\n";
    for (const CellComparison& cell : comparison.cells) {
        const compare::MeasuredCell* base = find_cell(document, cell.base_key);
        if (!cell.ratio || base == nullptr) {
            text += fmt::format("{}: {}\n", cell.base_key, cell.reason);
            continue;
        }
        text += fmt::format("{} against itself: {} [{}, {}] over {} pairs of launches\n  spread  {}\n", cell.base_key,
                            percent(cell.ratio->value), percent(cell.ratio->ci95.low), percent(cell.ratio->ci95.high),
                            cell.base_launches, spread_of(*base));
    }
    return text + "\n" + aligned(rows_of(document, comparison));
}

}  // namespace gravbench::view
