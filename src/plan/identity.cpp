#include "plan/identity.h"

#include <fmt/format.h>

namespace gravbench::plan {

Settings without_defaults(const Settings& complete) {
    Settings changed;
    for (const auto& [name, value] : complete) {
        const Setting* setting = find_setting(name);
        if (setting == nullptr || setting->default_value != value) {
            changed[name] = value;
        }
    }
    return changed;
}

std::string key_of(const Identity& identity) {
    std::vector<std::string> parts;
    const auto add = [&](const std::string& name, const std::string& text) {
        parts.push_back(fmt::format("{}={}", name, text));
    };
    for (const Setting& setting : settings()) {
        const auto dimension = identity.shape.find(setting.name);
        if (setting.via == Setting::Via::shape && dimension != identity.shape.end()) {
            add(setting.name, std::to_string(dimension->second));
        }
    }
    for (const Setting& setting : settings()) {
        if (const auto found = identity.settings.find(setting.name); found != identity.settings.end()) {
            add(setting.name, text_of(found->second));
        }
    }
    // Settings of a document that a later version wrote.
    for (const auto& [name, value] : identity.settings) {
        if (find_setting(name) == nullptr) {
            add(name, text_of(value));
        }
    }
    for (const auto& [symbol, length] : identity.shape) {
        const Setting* setting = find_setting(symbol);
        if (setting == nullptr || setting->via != Setting::Via::shape) {
            add(fmt::format("{}.{}", shape_key, symbol), std::to_string(length));
        }
    }
    for (const auto& [variable, text] : identity.environment) {
        add(fmt::format("{}.{}", env_key, variable), text);
    }
    if (identity.engine != default_engine) {
        add("engine", identity.engine);
    }
    if (identity.variant > 1) {
        add("variant", std::to_string(identity.variant));
    }
    return parts.empty() ? identity.model : fmt::format("{}:{}", identity.model, fmt::join(parts, ","));
}

}  // namespace gravbench::plan
