#include "view/yardstick_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
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

/// The yardstick's own best with so many threads.
struct RawPeaks {
    machine::YardstickReading best;  ///< its rates are 0 where there is no reading
    bool is_of_amx = false;          ///< its bf16
};

/// Of the type that a kernel computed in; 0 where it is not known. AMX computes in bf16, and f32 that came out faster
/// than f32 can be was computed in bf16 too.
double raw_peak_for(const machine::PracticalPeak& peak, const RawPeaks& raw) {
    constexpr double clearly = 1.1;
    const bool uses_amx = peak.kernel.find("amx") != std::string::npos;
    if (uses_amx && !raw.is_of_amx) {
        return 0;
    }
    const bool is_beyond_f32 = peak.type != "f32" && peak.gflops > clearly * raw.best.f32_gflops;
    return uses_amx || peak.type == "bf16" || is_beyond_f32 ? raw.best.bf16_gflops : raw.best.f32_gflops;
}

/// "216.1 GFLOP/s in f32 (brgemm:avx512_core, 92% of the peak of 236.2)"; only the first one names the unit.
std::vector<std::string> peak_texts(const machine::PracticalPeaks& practical, const RawPeaks& raw_peaks) {
    std::vector<std::string> texts;
    for (const machine::PracticalPeak& peak : practical.peaks) {
        const double raw = raw_peak_for(peak, raw_peaks);
        const std::string share =
            raw > 0 ? fmt::format(", {:.0f}% of the peak of {}", 100 * peak.gflops / raw, four_digits(raw)) : "";
        texts.push_back(fmt::format("{}{} in {} ({}{})", four_digits(peak.gflops), texts.empty() ? " GFLOP/s" : "",
                                    peak.type, peak.kernel, share));
    }
    return texts;
}

RawPeaks raw_peaks_with(int threads, const document::Yardstick& yardstick) {
    const auto found = std::find_if(yardstick.peaks.begin(), yardstick.peaks.end(),
                                    [threads](const auto& peak) { return peak.threads == threads; });
    const bool is_of_amx = yardstick.loops && yardstick.loops->bf16_loop == machine::amx_bf16;
    return {found == yardstick.peaks.end() ? machine::YardstickReading() : *found, is_of_amx};
}

std::string practical_lines_of(const document::Yardstick& yardstick) {
    std::string lines;
    for (const machine::PracticalPeaks& practical : yardstick.practical) {
        const auto texts = peak_texts(practical, raw_peaks_with(practical.threads, yardstick));
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
        lines += machine.yardstick ? practical_lines_of(*machine.yardstick) : "";
    }
    return lines;
}

}  // namespace gravbench::view
