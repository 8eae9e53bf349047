#include "audit/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "audit/summary.h"

namespace gravbench::audit {
namespace {

std::string variant_of(const Kernel& kernel) {
    const std::string name = short_name(kernel);
    return name.substr(kernel.primitive.size() + 1);
}

Change& change_for(std::vector<Change>& changes, const Kernel& kernel) {
    const auto found = std::find_if(changes.begin(), changes.end(), [&](const Change& change) {
        return change.primitive == kernel.primitive && change.problem == kernel.problem;
    });
    if (found != changes.end()) {
        return *found;
    }
    changes.push_back({kernel.primitive, kernel.problem, "", "", 0, 0, 0, 0});
    return changes.back();
}

void add_variant(std::string& variants, const std::string& variant) {
    if (variants.find(variant) == std::string::npos) {
        variants += (variants.empty() ? "" : " + ") + variant;
    }
}

/// Other layouts or post-operations of the same implementation are the same kernel here: those who compare two settings
/// ask which code ran.
void add(std::vector<Change>& changes, const Audit& audit, std::string Change::*variants, double Change::*calls,
         double Change::*ms) {
    for (const KernelUse& use : audit.kernels) {
        if (use.calls > 0) {
            Change& change = change_for(changes, use.kernel);
            add_variant(change.*variants, variant_of(use.kernel));
            change.*calls += static_cast<double>(use.calls) / audit.inferences;
            change.*ms += use.time_ms / audit.inferences;
        }
    }
}

}  // namespace

std::vector<Change> compare(const Audit& before, const Audit& after) {
    std::vector<Change> changes;
    add(changes, before, &Change::before, &Change::calls_before, &Change::ms_before);
    add(changes, after, &Change::after, &Change::calls_after, &Change::ms_after);
    std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
        return std::abs(a.ms_after - a.ms_before) > std::abs(b.ms_after - b.ms_before);
    });
    return changes;
}

bool has_same_kernels(const Audit& before, const Audit& after) {
    const std::vector<Change> changes = compare(before, after);
    return std::none_of(changes.begin(), changes.end(), [](const Change& change) { return change.is_other_kernel(); });
}

std::string describe_difference(const Audit& before, const Audit& after, std::size_t most) {
    const std::vector<Part> earlier = parts(before, short_name);
    std::vector<Part> differences = parts(after, short_name);
    for (const Part& part : earlier) {
        const auto same = std::find_if(differences.begin(), differences.end(),
                                       [&](const Part& other) { return other.name == part.name; });
        if (same == differences.end()) {
            differences.push_back({part.name, -part.calls, part.ms});
        } else {
            same->calls -= part.calls;
        }
    }
    std::stable_sort(differences.begin(), differences.end(), [](const Part& a, const Part& b) { return a.ms > b.ms; });
    std::string text;
    std::size_t listed = 0;
    for (const Part& part : differences) {
        if (part.calls != 0 && listed++ < most) {
            text += fmt::format("{}{:g} {} {}", text.empty() ? "" : ", ", std::abs(part.calls), part.name,
                                part.calls > 0 ? "more" : "less");
        }
    }
    return text;
}

}  // namespace gravbench::audit
