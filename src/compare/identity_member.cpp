#include "compare/identity_member.h"

#include <string_view>

namespace gravbench::compare {
namespace {

/// The rest of a name that begins so; nothing for another.
std::optional<std::string> rest_after(std::string_view start, const std::string& name) {
    return name.starts_with(start) ? std::optional(name.substr(start.size())) : std::nullopt;
}

constexpr std::string_view environment_start = "env.";
constexpr std::string_view shape_start = "shape.";

bool is_dimension(const std::string& name) {
    const plan::Setting* setting = plan::find_setting(name);
    return setting != nullptr && setting->via == plan::Setting::Via::shape;
}

/// The dimension that a name stands for; nothing where it stands for something else.
std::optional<std::string> dimension_of(const std::string& name) {
    return is_dimension(name) ? std::optional(name) : rest_after(shape_start, name);
}

template <typename Map>
std::optional<Value> found_in(const Map& map, const std::string& name) {
    const auto found = map.find(name);
    return found == map.end() ? std::nullopt : std::optional<Value>(found->second);
}

}  // namespace

std::optional<Value> member_of(const plan::Identity& identity, const std::string& name) {
    if (name == "model") {
        return identity.model;
    }
    if (name == "engine") {
        return identity.engine;
    }
    if (const auto variable = rest_after(environment_start, name)) {
        return found_in(identity.environment, *variable);
    }
    if (const auto dimension = dimension_of(name)) {
        return found_in(identity.shape, *dimension);
    }
    const auto value = found_in(identity.settings, name);
    const plan::Setting* setting = plan::find_setting(name);
    return value || setting == nullptr ? value : setting->default_value;
}

plan::Identity without(plan::Identity identity, const std::set<std::string>& names) {
    for (const std::string& name : names) {
        if (name == "model") {
            identity.model.clear();
        } else if (name == "engine") {
            identity.engine.clear();
        } else if (const auto variable = rest_after(environment_start, name)) {
            identity.environment.erase(*variable);
        } else if (const auto dimension = dimension_of(name)) {
            identity.shape.erase(*dimension);
        } else {
            identity.settings.erase(name);
        }
    }
    return identity;
}

std::set<std::string> names_of(const plan::Identity& identity) {
    std::set<std::string> names{"model", "engine"};
    for (const auto& [dimension, length] : identity.shape) {
        names.insert(is_dimension(dimension) ? dimension : std::string(shape_start) + dimension);
    }
    for (const auto& [name, value] : identity.settings) {
        names.insert(name);
    }
    for (const auto& [variable, value] : identity.environment) {
        names.insert(std::string(environment_start) + variable);
    }
    return names;
}

}  // namespace gravbench::compare
