#include "results/cell_problem.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/requirement.h"
#include "results/noise_problem.h"

namespace gravbench::results {
namespace {

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void add_launch_problems(const CellOutcome& outcome, const plan::RunOptions& options, std::vector<Problem>& problems) {
    const auto complete =
        static_cast<std::size_t>(std::count_if(outcome.launches.begin(), outcome.launches.end(),
                                               [](const LaunchRecord& launch) { return launch.is_complete(); }));
    const auto failed = std::find_if(outcome.launches.begin(), outcome.launches.end(),
                                     [](const LaunchRecord& launch) { return launch.problem.has_value(); });
    if (failed != outcome.launches.end()) {
        problems.push_back(
            complete == 0 ? *failed->problem
                          : Problem{"launch_failed", fmt::format("launch {}: {}: {}", failed->number + 1,
                                                                 failed->problem->code, failed->problem->message)});
    }
    const auto wanted = static_cast<std::size_t>(options.launches);
    if (complete > 0 && complete < wanted) {
        problems.push_back({"too_few_launches", fmt::format("{} of {} launches", complete, wanted)});
    }
}

/// Where there is no audit, what the engine reads back is all that is known of a setting.
void add_effect_problems(const plan::Cell& cell, const Json& effective, const std::vector<Effect>& effects,
                         std::vector<Problem>& problems) {
    for (const Effect& effect : effects) {
        if (effect.verdict == Effect::Verdict::no_effect) {
            problems.push_back({"setting_without_effect",
                                fmt::format("{} {}: {}", effect.setting, text_of(effect.value), effect.evidence)});
        }
    }
    for (const auto& [name, value] : effective.items()) {
        const bool is_open = cell.settings.value(name, Json()) == "cores";
        const bool is_judged = std::any_of(effects.begin(), effects.end(), [&, setting = name](const Effect& effect) {
            return effect.setting == setting && effect.verdict == Effect::Verdict::no_effect;
        });
        if (cell.settings.contains(name) && !is_open && !is_judged && cell.settings[name] != value) {
            problems.push_back({"setting_without_effect", fmt::format("{}: {} was asked for, {} is in force", name,
                                                                      cell.settings[name].dump(), value.dump())});
        }
    }
}

/// A strict cell beside one in BF16 is what that is compared with, not one that fails to be in BF16.
bool applies(const audit::Requirement& requirement, const plan::Cell& cell, const plan::RunOptions& options) {
    return requirement.name != "bf16" || !options.is_bf16_asked_for || cell.asks_for_bf16();
}

void add_audit_problems(const plan::Cell& cell, const CellOutcome& outcome, const plan::RunOptions& options,
                        std::vector<Problem>& problems) {
    if (outcome.audit && outcome.audit->problem) {
        problems.push_back({"audit_failed", outcome.audit->problem->code + ": " + outcome.audit->problem->message});
    }
    if (outcome.audit && outcome.audit->audit.unknown_lines + outcome.audit->audit.torn_lines > 0) {
        problems.push_back(
            {"audit_incomplete", fmt::format("{} lines of unknown kinds, {} torn ones",
                                             outcome.audit->audit.unknown_lines, outcome.audit->audit.torn_lines)});
    }
    for (const std::string& text : options.require) {
        const audit::Requirement requirement = audit::parse_requirement(text);
        if (!applies(requirement, cell, options)) {
            continue;
        }
        const auto complaint = !outcome.audit || outcome.audit->problem
                                   ? std::optional<std::string>("there is no audit")
                                   : audit::complaint(requirement, outcome.audit->audit);
        if (complaint) {
            problems.push_back({"requirement_not_met", audit::describe(requirement) + ": " + *complaint});
        }
    }
}

void add_accuracy_problems(const Json& accuracy, const plan::RunOptions& options, std::vector<Problem>& problems) {
    if (accuracy.is_null()) {
        return;
    }
    const Json& cosine = accuracy.at("cosine_similarity");
    if (cosine.is_null()) {
        problems.push_back(
            {"nonfinite_output", fmt::format("{} of {} elements are NaN or infinite", accuracy.at("nonfinite").dump(),
                                             accuracy.at("elements").dump())});
    } else if (cosine.get<double>() < options.min_cosine) {
        problems.push_back({"accuracy_below_limit", fmt::format("cosine similarity {:.6f} is below {:g}",
                                                                cosine.get<double>(), options.min_cosine)});
    }
    const Json& check = accuracy.at("reference").value("export_check", Json());
    constexpr double fp32_relative_error = 1e-3;
    if (!check.is_null() && (check.at("relative_l2_error").is_null() ||
                             check.at("relative_l2_error").get<double>() > fp32_relative_error)) {
        problems.push_back({"reference_differs_from_export",
                            fmt::format("relative error {} against the outputs recorded at export, allowed is {:g}",
                                        check.at("relative_l2_error").dump(), fp32_relative_error)});
    }
}

}  // namespace

Json accuracy_of(const CellOutcome& outcome) {
    for (const LaunchRecord& launch : outcome.launches) {
        if (!launch.accuracy.is_null()) {
            return launch.accuracy;
        }
    }
    return nullptr;
}

std::vector<Problem> problems_of(const plan::Cell& cell, const plan::RunOptions& options, const CellOutcome& outcome,
                                 const std::vector<Effect>& effects, const Json& effective) {
    std::vector<Problem> problems = outcome.problems;
    add_launch_problems(outcome, options, problems);
    add_noise_problems(outcome, options, problems);
    add_effect_problems(cell, effective, effects, problems);
    add_audit_problems(cell, outcome, options, problems);
    add_accuracy_problems(accuracy_of(outcome), options, problems);
    return problems;
}

}  // namespace gravbench::results
