#include "doctor/check.h"

#include <algorithm>

namespace gravbench::doctor {
const char* name_of(Status status) {
    constexpr const char* names[] = {"good", "unknown", "notice", "warning", "unfit"};
    return names[static_cast<int>(status)];
}

std::vector<Check> checks() {
    std::vector<Check> all;
    for (const auto* group : {&cpu_checks(), &limit_checks(), &system_checks(), &load_checks(), &openmp_checks(),
                              &environment_checks(), &engine_checks()}) {
        all.insert(all.end(), group->begin(), group->end());
    }
    return all;
}

std::vector<Finding> diagnose(const Facts& facts) {
    std::vector<Finding> findings;
    for (const Check& check : checks()) {
        for (Finding& finding : check.look(facts)) {
            finding.name = finding.name.empty() ? check.name : finding.name;
            finding.why = finding.why.empty() ? check.why : finding.why;
            findings.push_back(std::move(finding));
        }
    }
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.status > b.status; });
    return findings;
}

bool is_fit(const std::vector<Finding>& findings) {
    return std::none_of(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.status == Status::unfit; });
}

}  // namespace gravbench::doctor
