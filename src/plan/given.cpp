#include <set>

#include "base/errors.h"
#include "plan/cell.h"

namespace gravbench::plan {
namespace {

/// What only concerns the run that was asked for.
bool is_of_one_run(const std::string& key) {
    static const std::set<std::string> keys{"output", "preset", "keep-logs", "versus", "versus-engine"};
    return keys.count(key) != 0;
}

}  // namespace

Json given_json(const Layer& given) {
    Json json = Json::object();
    for (const auto& [key, values] : given) {
        for (const Given& value : values) {
            if (!is_of_one_run(key)) {
                json[key].push_back(value.value);
            }
        }
    }
    return json;
}

Layer given_from(const Json& given, const std::string& origin) {
    if (!given.is_object() || given.empty()) {
        throw DataError(origin + ": the document does not say what was asked for; name the models and settings");
    }
    Layer layer;
    for (const auto& [key, values] : given.items()) {
        if (is_of_one_run(key)) {
            continue;
        }
        for (const Json& value : values) {
            const std::string here = origin + ": \"" + key + "\"";
            // Shapes and variables are kept one by one, flags have them as NAME=VALUE.
            if (key.starts_with(shape_prefix)) {
                add_named(layer, shape_key, key.substr(shape_prefix.size()), value, here);
            } else if (key.starts_with(env_prefix)) {
                add_named(layer, env_key, key.substr(env_prefix.size()), value, here);
            } else {
                add_given(layer, key, value, here);
            }
        }
    }
    return layer;
}

Layer merged(const std::vector<Layer>& layers) {
    Layer result;
    for (const Layer& layer : layers) {
        for (const auto& [key, values] : layer) {
            result[key] = values;
        }
    }
    return result;
}

}  // namespace gravbench::plan
