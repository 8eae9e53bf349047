#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/text.h"
#include "plan/cell.h"

namespace gravbench::plan {
namespace {

std::string text_given(const Layer& given, const char* option) {
    const auto found = given.find(option);
    return found == given.end() ? "" : found->second.front().value.get<std::string>();
}

bool is_env(const std::string& name) {
    return name.starts_with(env_prefix) && name.size() > env_prefix.size();
}

std::vector<std::string> setting_names() {
    std::vector<std::string> names;
    for (const Setting& setting : settings()) {
        names.push_back(setting.name);
    }
    return names;
}

Assignment read_assignment(const std::string& text) {
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const Setting* setting = find_setting(name);
    if (setting == nullptr && !is_env(name)) {
        throw UsageError(fmt::format("--versus: \"{}\" is no SETTING=VALUE; expected {} with one of {}, or env.NAME{}",
                                     text, RunOptions::same_settings, fmt::join(setting_names(), ", "),
                                     did_you_mean(name, setting_names())));
    }
    if (equals == std::string::npos) {
        const bool is_choice = setting != nullptr && setting->allowed.kind == Allowed::Kind::choice;
        throw UsageError(fmt::format("--versus: \"{}\" has no value; expected {}=VALUE, where VALUE is {}{}", text,
                                     name, is_choice ? "one of " : "",
                                     setting == nullptr ? "a text" : describe(setting->allowed)));
    }
    return {name, text.substr(equals + 1)};
}

/// One assignment, put into the settings of a second variant.
void apply(Cell& cell, const Assignment& assignment, const Plan& plan) {
    const auto& [name, text] = assignment;
    if (is_env(name)) {
        cell.identity.environment[name.substr(env_prefix.size())] = text;
        return;
    }
    const Setting& setting = *find_setting(name);
    const Model& model = plan.models[cell.model];
    const Json value = value_from_text(setting.allowed, text);
    Layer checked;
    add_given(checked, name, value, "--versus: " + name);
    switch (setting.via) {
        case Setting::Via::program:
            cell.engine = index_of_engine(plan.engines, text);
            return;
        case Setting::Via::shape:
            if (cell.identity.shape.count(name) == 0) {
                throw UsageError(fmt::format("--versus: {} has no dimension \"{}\"", model.name, name));
            }
            cell.identity.shape[name] = value.get<std::int64_t>();
            return;
        case Setting::Via::file:
        case Setting::Via::engine:
        case Setting::Via::environment:
            break;
    }
    cell.settings[name] = protocol::value_from(value).value();
}

/// The one more of its kind that it is.
void number_variant(Cell& cell, const std::set<Identity>& taken) {
    while (taken.count(cell.identity) != 0) {
        ++cell.identity.variant;
    }
    cell.key = key_of(cell.identity);
}

}  // namespace

std::vector<Assignment> versus_assignments(const Layer& given) {
    std::vector<Assignment> assignments;
    const std::string versus = text_given(given, "versus");
    if (!versus.empty() && versus != RunOptions::same_settings) {
        for (const std::string& piece : split(versus, ',')) {
            assignments.push_back(read_assignment(piece));
        }
    }
    if (const std::string engine = text_given(given, "versus-engine"); !engine.empty()) {
        assignments.push_back({engine_key, engine});
    }
    std::set<std::string> names;
    for (const Assignment& assignment : assignments) {
        if (!names.insert(assignment.name).second) {
            throw UsageError(fmt::format("--versus: {} is given twice; the second variant has one value of it{}",
                                         assignment.name,
                                         assignment.name == engine_key ? " (--versus-engine gives it too)" : ""));
        }
    }
    return assignments;
}

void add_versus(Plan& plan, const Layer& given) {
    if (!plan.options.has_versus()) {
        return;
    }
    const std::vector<Assignment> assignments = versus_assignments(given);
    std::vector<Cell> bases;
    std::vector<Cell> others;
    std::string reason;
    for (const Cell& base : plan.cells) {
        Cell other = base;
        for (const Assignment& assignment : assignments) {
            apply(other, assignment, plan);
        }
        settle_identity(other, plan);
        if (const auto why = why_left_out(other, plan)) {
            reason = *why;
            plan.notes.push_back(fmt::format("{} and its second variant are left out: {}", base.key, *why));
            continue;
        }
        bases.push_back(base);
        others.push_back(std::move(other));
    }
    if (bases.empty()) {
        throw UsageError(fmt::format("--versus: {}", reason));
    }
    std::set<Identity> taken;
    for (const Cell& base : bases) {
        taken.insert(base.identity);
    }
    plan.cells = std::move(bases);
    const std::size_t pairs = others.size();
    for (std::size_t i = 0; i < pairs; ++i) {
        number_variant(others[i], taken);
        taken.insert(others[i].identity);
        plan.versus.push_back({i, pairs + i});
        plan.cells.push_back(std::move(others[i]));
    }
}

}  // namespace gravbench::plan
