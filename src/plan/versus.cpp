#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "base/text.h"
#include "plan/cell.h"

namespace gravbench::plan {
namespace {

/// One NAME=VALUE of --versus, put into the settings of a second variant.
void apply_versus(Settings& cell, const std::string& assignment, const Model& model) {
    Layer layer;
    const auto equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    const std::string text = equals == std::string::npos ? "" : assignment.substr(equals + 1);
    const bool is_env = name.starts_with(env_prefix);
    const Setting* setting = find_setting(name);
    if (equals == std::string::npos || (setting == nullptr && !is_env)) {
        std::vector<std::string> names;
        for (const Setting& known : settings()) {
            names.push_back(known.name);
        }
        throw UsageError(fmt::format("--versus: \"{}\" is no SETTING=VALUE; expected {} with one of {}, or env.NAME{}",
                                     assignment, RunOptions::same_settings, fmt::join(names, ", "),
                                     did_you_mean(name, names)));
    }
    if (is_env) {
        cell[env_key][name.substr(env_prefix.size())] = text;
        return;
    }
    const Json value = value_from_text(setting->allowed, text);
    add_given(layer, name, value, "--versus: " + name);
    if (!cell.contains(name)) {
        throw UsageError(fmt::format("--versus: {} has no dimension \"{}\"", model.name, name));
    }
    if (setting->via == Setting::Via::file) {
        check_dtype(model, {value, "--versus"});
    }
    cell[name] = value;
}

std::string free_key(const Plan& plan, const std::string& wanted) {
    const auto is_taken = [&](const std::string& key) {
        return std::any_of(plan.cells.begin(), plan.cells.end(), [&](const Cell& cell) { return cell.key == key; });
    };
    std::string key = wanted;
    for (int variant = 2; is_taken(key); ++variant) {
        key = fmt::format("{}{}variant={}", wanted, wanted.find(':') == std::string::npos ? ":" : ",", variant);
    }
    return key;
}

}  // namespace

void add_versus(Plan& plan) {
    const RunOptions& options = plan.options;
    const std::size_t cells = options.has_versus() ? plan.cells.size() : 0;
    for (std::size_t i = 0; i < cells; ++i) {
        Cell other = plan.cells[i];
        const Model& model = plan.models[other.model];
        if (!options.versus.empty() && options.versus != RunOptions::same_settings) {
            for (const std::string& assignment : split(options.versus, ',')) {
                apply_versus(other.settings, assignment, model);
            }
        }
        if (const auto conflict = contradiction(other.settings)) {
            throw UsageError(fmt::format("--versus {}: {}", options.versus, *conflict));
        }
        other.shape = shape_of(other.settings);
        other.is_on_versus_engine = !options.versus_engine.empty();
        other.key = free_key(
            plan, key_of(model, other.settings, other.is_on_versus_engine ? options.versus_engine : options.engine));
        plan.versus.push_back({i, plan.cells.size()});
        plan.cells.push_back(std::move(other));
    }
}

}  // namespace gravbench::plan
