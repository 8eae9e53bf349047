#include "view/audit_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "audit/comparison.h"
#include "audit/summary.h"
#include "audit/work.h"

namespace gravbench::view {
namespace {

using audit::Audit;
using audit::Kernel;
using audit::KernelUse;
using document::Cell;

constexpr const char* outside_onednn = "outside oneDNN";

std::string milliseconds(double value) {
    return fmt::format("{:.3f}", value);
}

std::string percent(double share) {
    return fmt::format("{:.1f}", 100 * share);
}

std::string percent(const std::optional<double>& share) {
    return share ? percent(*share) : "-";
}

std::string count(double value) {
    return value == std::floor(value) ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

/// The time against which shares are taken: of an inference without the profile, where there was one.
double whole_ms(const document::Audit& audit, const audit::Summary& summary) {
    return std::max(audit.unprofiled_ms.value_or(audit.kernels.inference_ms), summary.onednn_ms);
}

/// Whether it is known what an inference does outside of oneDNN.
bool knows_outside(const document::Audit& audit) {
    return audit.outside_reason.empty();
}

std::string types_of(const Kernel& kernel) {
    std::string text;
    for (const std::string& type : {kernel.source_type, kernel.weights_type, kernel.destination_type}) {
        text += type.empty() ? "" : (text.empty() ? "" : " ") + type;
    }
    return text;
}

std::string gigaflops(const Kernel& kernel, double ms) {
    const auto operations = audit::floating_point_operations(kernel);
    return operations && ms > 0 ? fmt::format("{:.1f}", *operations / ms / 1e6) : "-";
}

std::string gigabytes_per_s(const Kernel& kernel, double ms) {
    const auto bytes = audit::bytes_moved(kernel);
    return bytes && ms > 0 ? fmt::format("{:.1f}", *bytes / ms / 1e6) : "-";
}

/// What of the kernel's peak it reached, its least time, and what bounds that.
std::vector<std::string> limits_of(const Kernel& kernel, double ms, const std::optional<figures::Peaks>& peaks) {
    const auto limit = figures::limit_to_show(kernel, peaks);
    if (!limit || ms <= 0) {
        return {"-", "-", "-"};
    }
    return {percent(limit->ms() / ms), milliseconds(limit->ms()), limit->is_memory_bound() ? "memory" : "arithmetic"};
}

/// A partition's list of operations is longer than a line.
std::string shortened(const std::string& text) {
    constexpr std::size_t most = 72;
    return text.size() <= most ? text : text.substr(0, most - 3) + "...";
}

Rows by_kernel(const document::Audit& whole_audit, const std::optional<figures::Peaks>& peaks) {
    const Audit& audit = whole_audit.kernels;
    Rows rows{{"ms", "share %", "calls", "created", "found", "create ms", "GFLOP/s", "GB/s", "limit %", "limit ms",
               "bound by", "primitive", "implementation", "types", "layouts", "problem", "attributes"}};
    const double whole = whole_ms(whole_audit, audit::summarise(audit));
    for (const KernelUse& use : audit.kernels) {
        const double ms = use.time_ms / audit.inferences;
        const double calls = static_cast<double>(use.calls) / audit.inferences;
        const double each_ms = use.calls == 0 ? 0 : use.time_ms / use.calls;
        rows.push_back({milliseconds(ms), percent(whole > 0 ? ms / whole : 0.0), count(calls),
                        std::to_string(use.created), std::to_string(use.found), milliseconds(use.create_ms),
                        gigaflops(use.kernel, each_ms), gigabytes_per_s(use.kernel, each_ms)});
        const std::vector<std::string> limits = limits_of(use.kernel, each_ms, peaks);
        rows.back().insert(rows.back().end(), limits.begin(), limits.end());
        for (const std::string& text : {use.kernel.primitive, use.kernel.implementation, types_of(use.kernel),
                                        use.kernel.layouts, shortened(use.kernel.problem), use.kernel.attributes}) {
            rows.back().push_back(text);
        }
    }
    return rows;
}

Rows by_layer(const document::Audit& whole_audit) {
    const Audit& audit = whole_audit.kernels;
    Rows rows{{"layer", "ms", "share %", "GFLOP/s", "primitive", "implementation", "types", "layouts", "problem",
               "attributes"}};
    const double whole = whole_ms(whole_audit, audit::summarise(audit));
    for (std::size_t i = 0; i < audit.sequence.size(); ++i) {
        const Kernel& kernel = audit.kernels[audit.sequence[i]].kernel;
        const double ms = audit.sequence_ms[i];
        rows.push_back({std::to_string(i + 1), milliseconds(ms), percent(whole > 0 ? ms / whole : 0.0),
                        gigaflops(kernel, ms), kernel.primitive, kernel.implementation, types_of(kernel),
                        kernel.layouts, shortened(kernel.problem), kernel.attributes});
    }
    return rows;
}

/// The families of kernels, and what is left of an inference beside them.
std::vector<audit::Part> families_of(const document::Audit& audit) {
    const audit::Summary summary = audit::summarise(audit.kernels);
    std::vector<audit::Part> families = summary.families;
    if (knows_outside(audit)) {
        families.push_back({outside_onednn, 0, whole_ms(audit, summary) - summary.onednn_ms});
    }
    return families;
}

Rows by_family(const document::Audit& audit) {
    Rows rows{{"ms", "share %", "calls", "family"}};
    const double whole = whole_ms(audit, audit::summarise(audit.kernels));
    for (const audit::Part& family : families_of(audit)) {
        rows.push_back({milliseconds(family.ms), percent(whole > 0 ? family.ms / whole : 0.0),
                        family.name == outside_onednn ? "-" : count(family.calls), family.name});
    }
    return rows;
}

Rows beside_heading(const std::vector<std::string>& names) {
    Rows rows{{"gain ms", "before ms", "after ms", "calls"}};
    rows.front().insert(rows.front().end(), names.begin(), names.end());
    return rows;
}

std::string calls_text(double before, double after) {
    return before == after ? count(before) : count(before) + " > " + count(after);
}

std::string or_none(const std::string& text) {
    return text.empty() ? "not in oneDNN" : text;
}

Rows kernels_beside(const Audit& before, const Audit& after) {
    Rows rows = beside_heading({"primitive", "problem", "before", "after"});
    for (const audit::Change& change : audit::compare(before, after)) {
        rows.push_back({milliseconds(change.ms_before - change.ms_after), milliseconds(change.ms_before),
                        milliseconds(change.ms_after), calls_text(change.calls_before, change.calls_after),
                        change.primitive, shortened(change.problem), or_none(change.before),
                        change.is_other_kernel() ? or_none(change.after) : "the same"});
    }
    return rows;
}

Rows families_beside(const std::vector<audit::Part>& before, std::vector<audit::Part> after) {
    Rows rows = beside_heading({"family"});
    const auto add = [&](const audit::Part& one, const audit::Part& other, const std::string& name) {
        rows.push_back({milliseconds(one.ms - other.ms), milliseconds(one.ms), milliseconds(other.ms),
                        calls_text(one.calls, other.calls), name});
    };
    for (const audit::Part& part : before) {
        const auto same =
            std::find_if(after.begin(), after.end(), [&](const audit::Part& p) { return p.name == part.name; });
        add(part, same == after.end() ? audit::Part{} : *same, part.name);
        if (same != after.end()) {
            after.erase(same);
        }
    }
    for (const audit::Part& part : after) {
        add({}, part, part.name);
    }
    return rows;
}

Rows layers_beside(const Audit& before, const Audit& after) {
    Rows rows{{"layer", "gain ms", "before ms", "after ms", "before", "after"}};
    // Without the order of one, no layer of the other has a counterpart.
    if (before.sequence.empty() || after.sequence.empty()) {
        return rows;
    }
    const std::size_t layers = std::max(before.sequence.size(), after.sequence.size());
    for (std::size_t i = 0; i < layers; ++i) {
        const auto name = [i](const Audit& audit) {
            return i < audit.sequence.size() ? audit::short_name(audit.kernels[audit.sequence[i]].kernel)
                                             : std::string("-");
        };
        const auto ms = [i](const Audit& audit) { return i < audit.sequence.size() ? audit.sequence_ms[i] : 0; };
        rows.push_back({std::to_string(i + 1), milliseconds(ms(before) - ms(after)), milliseconds(ms(before)),
                        milliseconds(ms(after)), name(before), name(after)});
    }
    return rows;
}

/// Achieved operations, their share of the peak, and the least time.
std::vector<std::string> roofline_figures(const std::optional<document::CellRoofline>& roofline) {
    if (!roofline) {
        return {"-", "-", "-"};
    }
    return {fmt::format("{:.1f}", roofline->gflops), percent(roofline->peak_share),
            milliseconds(roofline->limits.limit_ms)};
}

/// All but the cell's key, its latency and its limits.
std::vector<std::string> overview_figures(const document::Audit& audit) {
    const audit::Summary summary = audit::summarise(audit.kernels);
    double kernels = 0;
    for (const audit::Part& family : summary.families) {
        kernels += family.calls;
    }
    return {milliseconds(audit.kernels.inference_ms),
            milliseconds(summary.onednn_ms),
            percent(audit.outside_onednn),
            percent(summary.bf16_share),
            percent(summary.acl_share),
            summary.flops ? fmt::format("{:.2f}", *summary.flops / 1e9) : "-",
            count(kernels),
            count(summary.reorders),
            count(summary.reference_calls),
            std::to_string(summary.created),
            std::to_string(summary.found),
            milliseconds(summary.create_ms),
            count(summary.steady_created),
            count(summary.steady_found),
            milliseconds(summary.steady_create_ms)};
}

}  // namespace

Rows audit_overview(const document::Document& document) {
    Rows rows{{"cell",      "p50 ms", "GFLOP/s",   "peak %",         "limit ms",     "profiled ms",     "in oneDNN ms",
               "outside %", "bf16 %", "ACL %",     "GFLOP",          "kernels",      "reorders",        "reference",
               "created",   "found",  "create ms", "steady created", "steady found", "steady create ms"}};
    const auto rooflines = document::rooflines_of(document);
    for (const Cell& cell : document.cells) {
        const auto p50 = cell.latency ? cell.latency->at("p50").value : std::nullopt;
        rows.push_back({cell.key, p50 ? milliseconds(*p50) : "-"});
        if (!cell.audit) {
            rows.back().resize(rows.front().size(), "-");
            continue;
        }
        for (const auto& figures : {roofline_figures(rooflines[rows.size() - 2]), overview_figures(*cell.audit)}) {
            rows.back().insert(rows.back().end(), figures.begin(), figures.end());
        }
    }
    return rows;
}

Rows audit_rows(const document::Audit& audit, const std::optional<figures::Peaks>& peaks, const std::string& grouping) {
    return grouping == "kernel" ? by_kernel(audit, peaks) : grouping == "layer" ? by_layer(audit) : by_family(audit);
}

Rows side_by_side(const document::Audit& before, const document::Audit& after, const std::string& grouping) {
    return grouping == "kernel"  ? kernels_beside(before.kernels, after.kernels)
           : grouping == "layer" ? layers_beside(before.kernels, after.kernels)
                                 : families_beside(families_of(before), families_of(after));
}

}  // namespace gravbench::view
