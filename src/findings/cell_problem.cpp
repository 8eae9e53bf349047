#include "findings/cell_problem.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/requirement.h"
#include "findings/noise_problem.h"

namespace gravbench::findings {
namespace {

using records::CellOutcome;
using records::LaunchRecord;

std::size_t complete_launches(const CellOutcome& outcome) {
    return static_cast<std::size_t>(std::count_if(outcome.launches.begin(), outcome.launches.end(),
                                                  [](const LaunchRecord& launch) { return launch.is_complete(); }));
}

void add_launch_problems(const CellOutcome& outcome, const plan::RunOptions& options, std::vector<Problem>& problems) {
    if (const auto failure = launch_failure(outcome)) {
        problems.push_back(*failure);
    }
    const std::size_t complete = complete_launches(outcome);
    const auto wanted = static_cast<std::size_t>(options.sampling.launches);
    const bool is_interrupted = std::any_of(outcome.problems.begin(), outcome.problems.end(),
                                            [](const Problem& problem) { return problem.code == "interrupted"; });
    if (complete > 0 && complete < wanted && !is_interrupted) {
        problems.push_back({"too_few_launches", fmt::format("{} of {} launches", complete, wanted)});
    }
}

/// Whether the user asked for this value: what is at its default was not asked for.
bool is_asked_for(const Effect& effect) {
    const plan::Setting* setting = plan::find_setting(effect.setting);
    return setting == nullptr || effect.value != setting->default_value;
}

void add_effect_problems(const std::vector<Effect>& effects, std::vector<Problem>& problems) {
    for (const Effect& effect : effects) {
        const bool has_none = effect.verdict == Effect::Verdict::no_effect;
        if (has_none || (effect.verdict == Effect::Verdict::unknown && is_asked_for(effect))) {
            problems.push_back({has_none ? "setting_without_effect" : "setting_unknown_effect",
                                fmt::format("{} {}: {}", effect.setting, text_of(effect.value), effect.evidence)});
        }
    }
}

/// Where there is no audit, what the engine reads back is all that is known of a setting.
void add_effective_problems(const plan::Cell& cell, const std::map<std::string, Value>& effective,
                            const std::vector<Effect>& effects, std::vector<Problem>& problems) {
    for (const auto& [name, value] : effective) {
        const auto asked = cell.settings.find(name);
        const bool is_judged = std::any_of(effects.begin(), effects.end(), [&, setting = name](const Effect& effect) {
            return effect.setting == setting && effect.verdict == Effect::Verdict::no_effect;
        });
        if (asked != cell.settings.end() && !is_word(asked->second, "cores") && !is_judged && asked->second != value) {
            problems.push_back({"setting_without_effect", fmt::format("{}: {} was asked for, {} is in force", name,
                                                                      text_of(asked->second), text_of(value))});
        }
    }
}

/// A strict cell beside one in BF16 is what that is compared with, not one that fails to be in BF16.
bool applies(const audit::Requirement& requirement, const plan::Cell& cell, const plan::RunOptions& options) {
    return requirement.name != "bf16" || !options.judging.is_bf16_asked_for || cell.asks_for_bf16();
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
    for (const std::string& text : options.judging.require) {
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

void add_accuracy_problems(const records::Accuracy& accuracy, const plan::RunOptions& options,
                           std::vector<Problem>& problems) {
    const protocol::Comparison& outputs = accuracy.outputs;
    if (!outputs.cosine_similarity) {
        problems.push_back({"nonfinite_output",
                            fmt::format("{} of {} elements are NaN or infinite", outputs.nonfinite, outputs.elements)});
    } else if (*outputs.cosine_similarity < options.judging.min_cosine) {
        problems.push_back(
            {"accuracy_below_limit", fmt::format("cosine similarity {:.6f} is below {:g}", *outputs.cosine_similarity,
                                                 options.judging.min_cosine)});
    }
    constexpr double fp32_relative_error = 1e-3;
    const auto& check = accuracy.reference.export_check;
    if (check && (!check->relative_l2_error || *check->relative_l2_error > fp32_relative_error)) {
        const std::string error =
            check->relative_l2_error ? fmt::format("{:.3g}", *check->relative_l2_error) : "that is not finite";
        problems.push_back({"reference_differs_from_export",
                            fmt::format("relative error {} against the outputs recorded at export, allowed is {:g}",
                                        error, fp32_relative_error)});
    }
}

}  // namespace

std::optional<records::Accuracy> accuracy_of(const CellOutcome& outcome) {
    for (const LaunchRecord& launch : outcome.launches) {
        if (launch.accuracy) {
            return launch.accuracy;
        }
    }
    return std::nullopt;
}

std::optional<Problem> launch_failure(const CellOutcome& outcome) {
    const auto failed = std::find_if(outcome.launches.begin(), outcome.launches.end(),
                                     [](const LaunchRecord& launch) { return launch.problem.has_value(); });
    if (failed == outcome.launches.end()) {
        return std::nullopt;
    }
    return complete_launches(outcome) == 0
               ? *failed->problem
               : Problem{"launch_failed", fmt::format("launch {}: {}: {}", failed->launch.number + 1,
                                                      failed->problem->code, failed->problem->message)};
}

std::vector<Problem> problems_of(const plan::Cell& cell, const plan::RunOptions& options, const CellOutcome& outcome,
                                 const std::vector<Effect>& effects, const std::map<std::string, Value>& effective) {
    std::vector<Problem> problems = outcome.problems;
    add_launch_problems(outcome, options, problems);
    add_noise_problems(records::complete(outcome.launches), options, problems);
    add_effect_problems(effects, problems);
    add_effective_problems(cell, effective, effects, problems);
    add_audit_problems(cell, outcome, options, problems);
    if (const auto accuracy = accuracy_of(outcome)) {
        add_accuracy_problems(*accuracy, options, problems);
    }
    return problems;
}

}  // namespace gravbench::findings
