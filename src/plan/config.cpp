#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "plan/cell.h"
#include "protocol/channel.h"

namespace gravbench::plan {
namespace {

/// Keys that are neither a setting nor an option, with what config_schema() says of them.
Json special_keys() {
    const Json text{{"type", "string"}, {"minLength", 1}};
    const Json input{{"anyOf", Json::array({text, {{"type", "object"}}})}};
    const Json inputs{{"anyOf", Json::array({input, {{"type", "array"}, {"items", input}, {"minItems", 1}}})}};
    const Json model{{"anyOf", Json::array({text,
                                            {{"type", "object"},
                                             {"required", Json::array({"model"})},
                                             {"properties", {{"model", text}, {"input", inputs}}},
                                             {"additionalProperties", false}}})}};
    const Json size{{"type", "integer"}, {"minimum", 0}};
    const Json sizes{{"anyOf", Json::array({size, {{"type", "array"}, {"items", size}, {"minItems", 1}}})}};
    const Json plain{{"type", Json::array({"string", "number", "boolean"})}};
    const Json plains{{"anyOf", Json::array({plain, {{"type", "array"}, {"items", plain}, {"minItems", 1}}})}};
    const Json assignment{{"type", "string"}, {"pattern", "^[^=]+="}};
    const auto by_name = [&](const Json& values) {
        return Json::array({{{"type", "object"}, {"additionalProperties", values}},
                            assignment,
                            {{"type", "array"}, {"items", assignment}, {"minItems", 1}}});
    };
    return {{"models",
             {{"anyOf", Json::array({model, {{"type", "array"}, {"items", model}, {"minItems", 1}}})},
              {"description", "bundles by name, or TorchScript files with their inputs"}}},
            {"input",
             {{"allOf", Json::array({inputs})},
              {"description", "inputs of the TorchScript files, one for each argument of forward"}}},
            {"preset", {{"type", "string"}, {"description", "a named set of settings (configs/presets)"}}},
            {shape_key, {{"anyOf", by_name(sizes)}, {"description", "values of other dimensions, by symbol"}}},
            {env_key, {{"anyOf", by_name(plains)}, {"description", "further environment variables of the engine"}}}};
}

std::vector<std::string> all_keys() {
    std::vector<std::string> keys;
    for (const Setting& setting : settings()) {
        keys.push_back(setting.name);
    }
    for (const Option& option : options()) {
        keys.push_back(option.name);
    }
    const Json special = special_keys();
    for (const auto& [key, schema] : special.items()) {
        keys.push_back(key);
    }
    return keys;
}

const Allowed* allowed_for(const std::string& key) {
    if (const Setting* setting = find_setting(key)) {
        return &setting->allowed;
    }
    const Option* option = find_option(key);
    return option != nullptr ? &option->allowed : nullptr;
}

bool takes_one_value(const std::string& key) {
    const Option* option = find_option(key);
    return key == "preset" || (option != nullptr && !option->is_list);
}

/// "none,llga" is a list to the command line; a config has lists of its own.
void check_is_no_list(const Allowed& allowed, const Json& value, const std::string& origin) {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    const bool is_file = text.find('/') != std::string::npos && is_there(text);
    if (text.find(',') == std::string::npos || is_file) {
        return;
    }
    std::vector<std::string> items;
    for (const std::string& piece : split(text, ',')) {
        const Json item = value_from_text(allowed, piece);
        if (complaint(allowed, item)) {
            return;
        }
        items.push_back(item.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    throw UsageError(
        fmt::format("{}: \"{}\" is several values; use a list: [{}]", origin, text, fmt::join(items, ", ")));
}

/// A model with inputs of its own: {"model": FILE, "input": SPEC or [SPEC, ...]}.
void check_model(const Json& model, const std::string& origin) {
    required<std::string>(model, "model", origin);
    for (const auto& [key, value] : model.items()) {
        if (key != "model" && key != "input") {
            throw UsageError(fmt::format("{}: \"{}\" is neither \"model\" nor \"input\"", origin, key));
        }
    }
    const std::vector<Json> inputs = own_inputs(model);
    for (const Json& input : inputs) {
        if (!input.is_object() && (!input.is_string() || input.get<std::string>().empty())) {
            throw UsageError(fmt::format("{}: input {} is neither a text nor an object", origin, input.dump()));
        }
    }
    if (inputs.empty() && model.contains("input")) {
        throw UsageError(fmt::format("{}: \"input\": the list is empty", origin));
    }
}

/// "tokens=1,8" of --shape, "NAME=VALUE" of --env.
void add_assignment(Layer& layer, const std::string& key, const std::string& text, const std::string& origin) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        throw UsageError(fmt::format("{}: \"{}\" is not NAME={}", origin, text, key == shape_key ? "1,8" : "VALUE"));
    }
    const std::string name = text.substr(0, equals);
    const std::string value = text.substr(equals + 1);
    if (key == env_key) {
        add_named(layer, key, name, value, origin);
        return;
    }
    for (const std::string& piece : split(value, ',')) {
        add_named(layer, key, name, value_from_text(integer(0, 1e12), piece), origin);
    }
}

/// A list of one value each, with the line of each.
template <typename Use>
void for_each_value(const LocatedJson& config, const Json::json_pointer& pointer, const std::string& name, Use use) {
    const Json& value = config.value.at(pointer);
    const auto origin_at = [&](const Json::json_pointer& place) {
        return fmt::format("{}:{}: \"{}\"", name, config.line_of(place.to_string()), pointer.back());
    };
    if (!value.is_array()) {
        use(value, origin_at(pointer));
        return;
    }
    if (value.empty()) {
        throw UsageError(origin_at(pointer) + ": the list is empty");
    }
    if (takes_one_value(pointer.back()) && pointer.parent_pointer().empty()) {
        throw UsageError(origin_at(pointer) + ": takes one value, not a list");
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
        use(value[i], origin_at(pointer / i));
    }
}

Layer layer_from(const LocatedJson& config, const std::string& name) {
    if (!config.value.is_object()) {
        throw ConfigError(name, 1, "a config is an object with the flags' names as keys");
    }
    Layer layer;
    for (const auto& [key, value] : config.value.items()) {
        if (key == "$schema") {
            continue;
        }
        const Json::json_pointer pointer = Json::json_pointer() / key;
        if ((key == shape_key || key == env_key) && value.is_object()) {
            for (const auto& [member, ignored] : value.items()) {
                for_each_value(config, pointer / member, name,
                               [&, key_name = key, member_name = member](const Json& one, const std::string& origin) {
                                   add_named(layer, key_name, member_name, one, origin);
                               });
            }
            continue;
        }
        for_each_value(config, pointer, name, [&, key_name = key](const Json& one, const std::string& origin) {
            add_given(layer, key_name, one, origin);
        });
    }
    return layer;
}

/// "fastest" of fastest.x86_64.json.
std::string presets_in(const std::filesystem::path& folder) {
    std::set<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string file = entry.path().filename().string();
        names.insert(file.substr(0, file.find('.')));
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

void add_named(Layer& layer, const std::string& key, const std::string& name, const Json& value,
               const std::string& origin) {
    const bool is_shape = key == shape_key;
    static const Allowed sizes = integer(0, 1e12);
    if (is_shape) {
        check_is_no_list(sizes, value, origin);
    }
    if (const auto wrong = is_shape ? complaint(sizes, value) : std::nullopt) {
        throw UsageError(fmt::format("{}: {} of \"{}\"", origin, *wrong, name));
    }
    if (is_shape && find_setting(name) != nullptr) {
        throw UsageError(fmt::format("{}: \"{}\" has its own flag: --{}", origin, name, name));
    }
    if (!is_shape && (name.empty() || name.find_first_of(" =") != std::string::npos)) {
        throw UsageError(fmt::format("{}: \"{}\" is no name of an environment variable", origin, name));
    }
    if (value.is_structured() || value.is_null()) {
        throw UsageError(fmt::format("{}: {} is not a text", origin, value.dump()));
    }
    if (!is_shape && name == protocol::channel_variable) {
        throw UsageError(fmt::format("{}: {} is what gravbench tells its engines by itself", origin, name));
    }
    if (!is_plain(name) || (value.is_string() && !is_plain(value.get<std::string>()))) {
        throw UsageError(origin + ": it has control characters or what is no UTF-8");
    }
    layer[fmt::format("{}.{}", key, name)].push_back(
        {is_shape || value.is_string() ? value : Json(value.dump()), origin});
}

std::vector<Json> own_inputs(const Json& model) {
    const auto found = model.find("input");
    if (found == model.end()) {
        return {};
    }
    return found->is_array() ? found->get<std::vector<Json>>() : std::vector<Json>{*found};
}

void add_given(Layer& layer, const std::string& key, const Json& value, const std::string& origin) {
    if ((key == shape_key || key == env_key) && value.is_string()) {
        add_assignment(layer, key, value.get<std::string>(), origin);
        return;
    }
    if (const Setting* setting = find_setting(key)) {
        check_is_no_list(setting->allowed, value, origin);
    }
    if (const Allowed* allowed = allowed_for(key)) {
        if (const auto wrong = complaint(*allowed, value)) {
            throw UsageError(fmt::format("{}: {}", origin, *wrong));
        }
    } else if (!special_keys().contains(key)) {
        throw UsageError(fmt::format("{} is not a key of a config{}", origin, did_you_mean(key, all_keys())));
    } else if (!value.is_string() && (key == "preset" || !value.is_object() || key == shape_key || key == env_key)) {
        throw UsageError(fmt::format("{}: {} is not a text", origin, value.dump()));
    } else if (key == "models" && value.is_object()) {
        check_model(value, origin);
    }
    if (takes_one_value(key) && layer.count(key) != 0) {
        throw UsageError(fmt::format("{}: takes one value, not a list", origin));
    }
    layer[key].push_back({value, origin});
}

Layer read_config(const std::filesystem::path& path) {
    return layer_from(parse_located(read_file(path), path.string()), path.string());
}

Layer read_preset(const std::string& name, const std::filesystem::path& folder, const std::string& arch) {
    for (const std::string& file : {name + ".json", name + "." + arch + ".json"}) {
        if (is_plain_file(folder / file)) {
            return read_config(folder / file);
        }
    }
    throw UsageError(fmt::format("--preset: \"{}\" is not one of {}", name, presets_in(folder)));
}

Json config_schema() {
    Json properties = special_keys();
    for (const Setting& setting : settings()) {
        const Json one = schema_of(setting.allowed);
        properties[setting.name] = {
            {"description", setting.help},
            {"anyOf", Json::array({one, {{"type", "array"}, {"items", one}, {"minItems", 1}}})}};
    }
    for (const Option& option : options()) {
        const Json one = schema_of(option.allowed);
        const Json list{{"anyOf", Json::array({one, {{"type", "array"}, {"items", one}, {"minItems", 1}}})}};
        properties[option.name] = option.is_list ? list : one;
        properties[option.name]["description"] = option.help;
    }
    properties["$schema"] = {{"type", "string"}};
    return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
            {"title", "A config file of gravbench run (JSON; comments are allowed)"},
            {"type", "object"},
            {"properties", properties},
            {"additionalProperties", false}};
}

}  // namespace gravbench::plan
