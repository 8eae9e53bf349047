#include "audit/requirement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "audit/summary.h"
#include "base/errors.h"
#include "base/text.h"

namespace gravbench::audit {
namespace {

constexpr const char* nothing_in_onednn = "no convolution or matmul ran in oneDNN";

std::optional<std::string> share_complaint(const Audit& audit, double least, const std::optional<double>& share,
                                           const char* what, bool (*is_good)(const Kernel&)) {
    if (!share) {
        return nothing_in_onednn;
    }
    if (*share >= least) {
        return std::nullopt;
    }
    const std::string at_fault =
        list_kernels(audit, [&](const Kernel& kernel) { return is_compute(kernel) && !is_good(kernel); });
    return fmt::format("{:.1f}% of the time of convolutions and matmuls was in {}, below {:g}%; not so: {}",
                       100 * *share, what, 100 * least, at_fault);
}

std::optional<std::string> bf16_complaint(const Audit& audit, double least) {
    const std::string hidden = hidden_precision(audit);
    if (!hidden.empty()) {
        return hidden;
    }
    return share_complaint(audit, least, summarise(audit).bf16_share, "bf16", is_bf16);
}

std::optional<std::string> acl_complaint(const Audit& audit, double least) {
    return share_complaint(audit, least, summarise(audit).acl_share, "ACL",
                           [](const Kernel& kernel) { return family_of(kernel) == "acl"; });
}

std::optional<std::string> reference_complaint(const Audit& audit, double) {
    const std::string at_fault = list_kernels(audit, is_reference);
    return at_fault.empty() ? std::nullopt : std::optional("oneDNN's reference code ran: " + at_fault);
}

std::optional<std::string> steady_miss_complaint(const Audit& audit, double) {
    std::string at_fault;
    int misses = 0;
    for (const KernelUse& use : audit.kernels) {
        misses += use.steady_created;
        if (use.steady_created > 0 && std::count(at_fault.begin(), at_fault.end(), ',') < 3) {
            at_fault +=
                fmt::format("{}{} {}", at_fault.empty() ? "" : ", ", use.steady_created, short_name(use.kernel));
        }
    }
    return misses == 0 ? std::nullopt
                       : std::optional(fmt::format("{} primitives were created after warm-up, in {} inferences: {}",
                                                   misses, audit.inferences, at_fault));
}

}  // namespace

const std::vector<RequirementKind>& requirement_kinds() {
    // clang-format off
    static const std::vector<RequirementKind> table{
        {"bf16", true, "share of the time of convolutions and matmuls that ran in BF16", bf16_complaint},
        {"acl", true, "the same for Arm Compute Library", acl_complaint},
        {"no-ref", false, "no kernel of oneDNN's slow reference code", reference_complaint},
        {"no-steady-miss", false, "no primitive is created after warm-up", steady_miss_complaint},
    };
    // clang-format on
    return table;
}

Requirement parse_requirement(const std::string& text) {
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto& kinds = requirement_kinds();
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const RequirementKind& known) { return known.name == name; });
    if (kind == kinds.end()) {
        std::vector<std::string> names;
        std::transform(kinds.begin(), kinds.end(), std::back_inserter(names),
                       [](const RequirementKind& known) { return known.name; });
        throw UsageError(
            fmt::format("--require: \"{}\" is not one of {}{}", name, requirement_names(), did_you_mean(name, names)));
    }
    Requirement requirement{name, kind->has_share ? default_share : 0};
    if (equals == std::string::npos) {
        return requirement;
    }
    const std::string number = text.substr(equals + 1);
    char* end = nullptr;
    requirement.share = std::strtod(number.c_str(), &end);
    const bool is_number = !number.empty() && *end == '\0' && requirement.share > 0 && requirement.share <= 1;
    if (!kind->has_share || !is_number) {
        throw UsageError(fmt::format("--require: \"{}\": {}", text,
                                     kind->has_share ? "expected a share above 0 and up to 1, like " + name + "=0.9"
                                                     : name + " takes no share"));
    }
    return requirement;
}

std::string describe(const Requirement& requirement) {
    return requirement.share == 0 ? requirement.name : fmt::format("{}={:g}", requirement.name, requirement.share);
}

std::optional<std::string> complaint(const Requirement& requirement, const Audit& audit) {
    const auto& kinds = requirement_kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const RequirementKind& known) { return known.name == requirement.name; });
    if (audit.onednn.empty() && audit.kernels.empty()) {
        return "the engine printed no oneDNN log";
    }
    return kind->complaint(audit, requirement.share);
}

std::string requirement_names() {
    std::string names;
    for (const RequirementKind& kind : requirement_kinds()) {
        names += fmt::format("{}{}{}", names.empty() ? "" : ", ", kind.name,
                             kind.has_share ? fmt::format("[={:g}]", default_share) : "");
    }
    return names;
}

}  // namespace gravbench::audit
