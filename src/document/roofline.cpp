#include "document/roofline.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "audit/summary.h"

namespace gravbench::document {
namespace {

/// The operations of one inference by model and shape, as the audit has it that saw most of them: what one setting runs
/// outside of oneDNN, another runs within.
using ModelFlops = std::map<std::pair<std::string, plan::Shape>, double>;

ModelFlops model_flops(const Document& document) {
    ModelFlops flops;
    for (const Cell& cell : document.cells) {
        if (cell.audit) {
            double& most = flops[{cell.identity.model, cell.identity.shape}];
            most = std::max(most, audit::summarise(cell.audit->kernels).flops.value_or(0));
        }
    }
    return flops;
}

std::optional<CellRoofline> roofline_of(const Document& document, const Cell& cell, const ModelFlops& flops) {
    const auto peaks = peaks_for(document, cell);
    if (!peaks || !cell.audit->unprofiled_ms || *cell.audit->unprofiled_ms <= 0) {
        return std::nullopt;
    }
    const double of_model = flops.at({cell.identity.model, cell.identity.shape});
    const auto limits = figures::roofline_of(cell.audit->kernels, *peaks, of_model);
    if (!limits) {
        return std::nullopt;
    }
    const double ms = *cell.audit->unprofiled_ms;
    constexpr double gflops_of_flops_a_ms = 1e-6;
    const CellRoofline roofline{*peaks, *limits, ms, limits->flops / ms * gflops_of_flops_a_ms,
                                limits->arithmetic_ms / ms};
    return std::isfinite(roofline.peak_share) ? std::optional(roofline) : std::nullopt;
}

}  // namespace

std::optional<figures::Peaks> peaks_with(int threads, const Machine& machine) {
    const auto& yardstick = machine.yardstick;
    if (!yardstick) {
        return std::nullopt;
    }
    const auto best = std::find_if(yardstick->peaks.begin(), yardstick->peaks.end(),
                                   [threads](const auto& peak) { return peak.threads == threads; });
    if (best == yardstick->peaks.end()) {
        return std::nullopt;
    }
    const std::string bf16_loop = yardstick->loops ? yardstick->loops->bf16_loop : "";
    return figures::peaks_of(*best, bf16_loop, machine.host);
}

std::optional<figures::Peaks> peaks_for(const Document& document, const Cell& cell) {
    const Machine& machine = document.machines.at(cell.machine.value_or(0));
    return cell.audit ? peaks_with(cell.audit->kernels.threads, machine) : std::nullopt;
}

std::vector<std::optional<CellRoofline>> rooflines_of(const Document& document) {
    const bool has_peaks = std::any_of(document.machines.begin(), document.machines.end(),
                                       [](const Machine& machine) { return machine.yardstick.has_value(); });
    if (!has_peaks) {
        return std::vector<std::optional<CellRoofline>>(document.cells.size());
    }
    const ModelFlops flops = model_flops(document);
    std::vector<std::optional<CellRoofline>> rooflines;
    for (const Cell& cell : document.cells) {
        rooflines.push_back(roofline_of(document, cell, flops));
    }
    return rooflines;
}

}  // namespace gravbench::document
