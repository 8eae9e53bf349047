#include "audit/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "audit/work.h"

namespace gravbench::audit {
namespace {

double per_inference(const Audit& audit, double total) {
    return audit.inferences == 0 ? 0 : total / audit.inferences;
}

Json rounded(double value) {
    // Microseconds and millionths are all that the log gives.
    return std::round(value * 1e6) / 1e6;
}

Json rounded(const std::optional<double>& value) {
    return value ? rounded(*value) : Json();
}

/// Calls in one inference are a whole number almost always; where inferences differ, two digits say so.
std::string count_text(double calls) {
    return calls == std::floor(calls) ? fmt::format("{:.0f}", calls) : fmt::format("{:.2f}", calls);
}

}  // namespace

std::vector<Part> parts(const Audit& audit, const std::function<std::string(const Kernel&)>& name_of) {
    std::vector<Part> result;
    for (const KernelUse& use : audit.kernels) {
        const std::string name = use.calls == 0 ? "" : name_of(use.kernel);
        if (name.empty()) {
            continue;
        }
        auto part = std::find_if(result.begin(), result.end(), [&](const Part& known) { return known.name == name; });
        if (part == result.end()) {
            part = result.insert(result.end(), {name, 0, 0});
        }
        part->calls += per_inference(audit, use.calls);
        part->ms += per_inference(audit, use.time_ms);
    }
    std::stable_sort(result.begin(), result.end(), [](const Part& a, const Part& b) { return a.ms > b.ms; });
    return result;
}

Summary summarise(const Audit& audit) {
    Summary summary;
    double bf16_calls = 0;
    double bf16_ms = 0;
    double f16_ms = 0;
    double acl_ms = 0;
    bool is_hidden = false;
    for (const KernelUse& use : audit.kernels) {
        const double ms = per_inference(audit, use.time_ms);
        const double calls = per_inference(audit, use.calls);
        summary.onednn_ms += ms;
        summary.created += use.created;
        summary.found += use.found;
        summary.create_ms += use.create_ms;
        summary.steady_created += per_inference(audit, use.steady_created);
        summary.steady_found += per_inference(audit, use.steady_found);
        summary.steady_create_ms += per_inference(audit, use.steady_create_ms);
        summary.reference_calls += is_reference(use.kernel) ? calls : 0;
        if (use.kernel.primitive == "reorder") {
            summary.reorders += calls;
            summary.reorder_ms += ms;
        }
        if (is_compute(use.kernel)) {
            summary.compute_calls += calls;
            summary.compute_ms += ms;
            bf16_calls += is_bf16(use.kernel) ? calls : 0;
            bf16_ms += is_bf16(use.kernel) ? ms : 0;
            f16_ms += is_f16(use.kernel) ? ms : 0;
            acl_ms += family_of(use.kernel) == "acl" ? ms : 0;
            is_hidden = is_hidden || (use.calls > 0 && use.kernel.is_precision_hidden);
            if (const auto operations = floating_point_operations(use.kernel); operations && use.calls > 0) {
                summary.flops = summary.flops.value_or(0) + *operations * calls;
            }
        }
    }
    summary.families = parts(audit, family_of);
    if (summary.compute_ms > 0) {
        summary.acl_share = acl_ms / summary.compute_ms;
    }
    if (!is_hidden) {
        summary.bf16_calls = bf16_calls;
    }
    if (summary.compute_ms > 0 && !is_hidden) {
        summary.bf16_share = bf16_ms / summary.compute_ms;
        summary.f16_share = f16_ms / summary.compute_ms;
    }
    return summary;
}

std::string short_name(const Kernel& kernel) {
    const std::string& type = kernel.weights_type.empty() ? kernel.source_type : kernel.weights_type;
    return fmt::format("{}{}{} {}", kernel.primitive, type.empty() ? "" : " ", type, kernel.implementation);
}

std::string list_kernels(const Audit& audit, const std::function<bool(const Kernel&)>& is_meant, std::size_t most) {
    const std::vector<Part> named =
        parts(audit, [&](const Kernel& kernel) { return is_meant(kernel) ? short_name(kernel) : std::string(); });
    std::string text;
    for (std::size_t i = 0; i < named.size() && i < most; ++i) {
        text += fmt::format("{}{} {}", i == 0 ? "" : ", ", count_text(named[i].calls), named[i].name);
    }
    return named.size() > most ? fmt::format("{} and {} more", text, named.size() - most) : text;
}

std::string hidden_precision(const Audit& audit) {
    const std::string hidden = list_kernels(audit, [](const Kernel& kernel) { return kernel.is_precision_hidden; });
    return hidden.empty() ? ""
                          : fmt::format("oneDNN {} does not show in which precision Arm Compute Library multiplied: {}",
                                        audit.onednn, hidden);
}

Json describe(const Audit& audit, std::optional<double> unprofiled_ms, bool is_bf16_requested) {
    const Summary summary = summarise(audit);
    // A kernel that is slower under the profile must not make the rest negative.
    const double whole = std::max(unprofiled_ms.value_or(audit.inference_ms), summary.onednn_ms);
    Json shares = Json::object();
    for (const Part& family : summary.families) {
        shares[family.name] = rounded(whole > 0 ? family.ms / whole : 0);
    }
    shares["outside_onednn"] = rounded(whole > 0 ? 1 - summary.onednn_ms / whole : 0);
    Json json = to_json(audit);
    json.update({{"unprofiled_ms", rounded(unprofiled_ms)},
                 {"onednn_ms", rounded(summary.onednn_ms)},
                 {"time_share", shares},
                 {"bf16",
                  {{"requested", is_bf16_requested},
                   {"engaged", rounded(summary.bf16_share)},
                   {"calls", summary.bf16_calls ? Json(*summary.bf16_calls) : Json()},
                   {"of", summary.compute_calls}}},
                 {"acl_share", rounded(summary.acl_share)},
                 {"flops", rounded(summary.flops)},
                 {"reorders", summary.reorders},
                 {"reference_kernels", summary.reference_calls},
                 {"cache",
                  {{"hits", summary.found},
                   {"misses", summary.created},
                   {"create_ms", rounded(summary.create_ms)},
                   {"hits_after_warmup", summary.steady_found},
                   {"misses_after_warmup", summary.steady_created},
                   {"create_ms_after_warmup", rounded(summary.steady_create_ms)}}}});
    return json;
}

}  // namespace gravbench::audit
