#include "view/yardstick_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "document/roofline.h"
#include "figures/yardstick.h"
#include "view/number.h"

namespace gravbench::view {
namespace {

using document::Cell;
using document::Document;

/// "memory 24.3 GB/s (18.1 to 25)": the range where it is one.
std::vector<std::string> rate_texts(const figures::YardstickSummary& summary) {
    constexpr double noticeable = 0.05;
    std::vector<std::string> texts;
    for (const machine::YardstickRate& rate : machine::yardstick_rates()) {
        const double median = summary.median.*rate.member;
        const auto [least, most] = std::minmax(summary.worst.*rate.member, summary.best.*rate.member);
        if (most > 0) {
            const bool is_range = most - least > noticeable * median;
            texts.push_back(fmt::format("{} {:.3g} {}{}", rate.words, median, rate.unit,
                                        is_range ? fmt::format(" ({:.3g} to {:.3g})", least, most) : ""));
        }
    }
    return texts;
}

/// "216.1 GFLOP/s in f32 (brgemm:avx512_core, 92% of the peak of 236.2)"; only the first one names the unit.
std::vector<std::string> peak_texts(const machine::PracticalPeaks& practical,
                                    const std::optional<figures::Peaks>& peaks) {
    std::vector<std::string> texts;
    for (const machine::PracticalPeak& peak : practical.peaks) {
        const double raw = peaks ? figures::raw_peak_of(peak, *peaks) : 0;
        const std::string share =
            raw > 0 ? fmt::format(", {:.0f}% of the peak of {}", 100 * peak.gflops / raw, four_digits(raw)) : "";
        texts.push_back(fmt::format("{}{} in {} ({}{})", four_digits(peak.gflops), texts.empty() ? " GFLOP/s" : "",
                                    peak.type, peak.kernel, share));
    }
    return texts;
}

std::string practical_lines_of(const document::Machine& machine) {
    std::string lines;
    for (const machine::PracticalPeaks& practical : machine.yardstick->practical) {
        const auto texts = peak_texts(practical, document::peaks_with(practical.threads, machine));
        if (!texts.empty()) {
            lines += fmt::format("practical peak, {}: {} reaches {}\n", counted(practical.threads, "thread"),
                                 practical.library, fmt::join(texts, ", "));
        }
    }
    return lines;
}

}  // namespace

std::string yardstick_lines(const Document& document) {
    std::vector<machine::YardstickReading> readings;
    for (const Cell& cell : document.cells) {
        for (const document::Launch& launch : cell.launches) {
            const auto of_launch = figures::yardstick_readings(launch.measured);
            readings.insert(readings.end(), of_launch.begin(), of_launch.end());
        }
    }
    std::string lines;
    for (const figures::YardstickSummary& summary : figures::summarise_yardstick(readings)) {
        lines += fmt::format("yardstick, {}, {}: {}\n", counted(summary.threads, "thread"),
                             counted(static_cast<std::int64_t>(summary.readings), "reading"),
                             fmt::join(rate_texts(summary), ", "));
    }
    return lines;
}

std::string practical_lines(const Document& document) {
    std::string lines;
    for (const document::Machine& machine : document.machines) {
        lines += machine.yardstick ? practical_lines_of(machine) : "";
    }
    return lines;
}

}  // namespace gravbench::view
