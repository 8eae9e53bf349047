#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "doctor/check.h"
#include "doctor/variable.h"

namespace gravbench::doctor {
namespace {

std::vector<Variable> variables() {
    std::vector<Variable> all;
    for (const auto* group : {&onednn_variables(), &thread_variables(), &other_variables()}) {
        all.insert(all.end(), group->begin(), group->end());
    }
    return all;
}

bool is_of(const std::string& name, const std::string& pattern) {
    const bool is_prefix = pattern.back() == '*';
    return is_prefix ? name.rfind(pattern.substr(0, pattern.size() - 1), 0) == 0 : name == pattern;
}

const char* const why_exports =
    "gravbench starts engines without the shell's variables, but programs started from this shell get them";

std::vector<Finding> look_at_exports(const Facts& facts) {
    std::vector<Finding> findings;
    const std::vector<Variable> table = variables();
    for (const auto& [name, value] : facts.environment) {
        const auto row = std::find_if(table.begin(), table.end(), [&, &exported = name](const Variable& known) {
            return is_of(exported, known.name);
        });
        if (row == table.end() || value.empty()) {
            continue;
        }
        Finding finding = row->judge(name, value, facts);
        finding.name = "export " + name;
        finding.why = row->why;
        findings.push_back(std::move(finding));
    }
    if (findings.empty()) {
        findings.push_back(
            {Status::good, fmt::format("none of the {} that change what LibTorch does is set", table.size()), ""});
    }
    return findings;
}

}  // namespace

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

Finding unset(Status status, const std::string& name, const std::string& text) {
    return {status, text, "unset " + name};
}

bool is_arm_torch(const Facts& facts) {
    return facts.engine && !facts.engine->description.arch.empty() ? facts.engine->description.arch == "aarch64"
                                                                   : is_arm(facts);
}

const std::vector<Check>& environment_checks() {
    static const std::vector<Check> table{{"exports", why_exports, look_at_exports}};
    return table;
}

}  // namespace gravbench::doctor
