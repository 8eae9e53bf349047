#include "plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/text.h"

namespace gravbench::plan {
namespace {

const std::string shape_prefix = std::string(shape_key) + ".";
const std::string env_prefix = std::string(env_key) + ".";

bool starts_with(const std::string& text, const std::string& prefix) {
    return text.rfind(prefix, 0) == 0;
}

RunOptions run_options(const Layer& given) {
    RunOptions run;
    for (const Option& option : options()) {
        if (const auto found = given.find(option.name); found != given.end()) {
            run.given.insert(option.name);
            for (const Given& value : found->second) {
                option.set(value.value, run);
            }
        }
    }
    if (given.count("launches") != 0 && given.count("min-launches") != 0) {
        throw UsageError(fmt::format("{} contradicts {}: a cell has a fixed number of launches or at least some",
                                     given.at("launches").front().origin, given.at("min-launches").front().origin));
    }
    if (given.count("iterations") != 0 && given.count("duration") != 0) {
        throw UsageError(fmt::format("{} contradicts {}: a block ends after a number of inferences or after a time",
                                     given.at("iterations").front().origin, given.at("duration").front().origin));
    }
    return run;
}

std::vector<InputSpec> parse_inputs(const std::vector<Given>& texts) {
    std::vector<InputSpec> inputs;
    for (const Given& text : texts) {
        if (text.value.is_object()) {
            inputs.push_back(input_from_json(text.value, text.origin));
        } else {
            inputs.push_back(parse_input(text.value.get<std::string>()));
        }
    }
    return inputs;
}

Model model_of(const Given& given, const std::vector<Given>& shared_inputs,
               const std::vector<std::filesystem::path>& folders) {
    if (given.value.is_string()) {
        return find_model(given.value.get<std::string>(), parse_inputs(shared_inputs), folders);
    }
    std::vector<Given> own;
    for (const Json& input : optional_member<Json>(given.value, "input", Json::array(), given.origin)) {
        own.push_back({input, given.origin});
    }
    return find_model(required<std::string>(given.value, "model", given.origin), parse_inputs(own), folders);
}

/// Results are told apart by name, so two files of one name get their whole path.
void make_names_unique(std::vector<Model>& models) {
    std::map<std::string, int> count;
    for (const Model& model : models) {
        ++count[model.name];
    }
    std::set<std::string> seen;
    for (Model& model : models) {
        if (count[model.name] > 1) {
            model.name = model.is_bundle ? model.origin.parent_path().string() : model.origin.string();
        }
        if (!seen.insert(model.name).second) {
            throw UsageError(fmt::format("the model {} is given twice", model.name));
        }
    }
}

std::vector<Model> find_models(const Layer& given, const RunOptions& run) {
    if (given.count("models") == 0) {
        throw UsageError("no model given: name a bundle (gravbench models lists them) or a TorchScript file");
    }
    const auto folders = bundle_folders(run.models_dirs);
    const auto inputs = given.count("input") != 0 ? given.at("input") : std::vector<Given>{};
    std::vector<Model> models;
    for (const Given& model : given.at("models")) {
        models.push_back(model_of(model, inputs, folders));
    }
    if (!inputs.empty() &&
        std::all_of(models.begin(), models.end(), [](const Model& model) { return model.is_bundle; })) {
        throw UsageError(
            fmt::format("{}: every model given is a bundle, whose manifest has its inputs", inputs.front().origin));
    }
    make_names_unique(models);
    return models;
}

/// One axis of the product: where its values go and which they are.
struct Axis {
    /// "shape" or "env"; empty for a setting.
    std::string group;
    std::string name;
    std::vector<Given> values;

    Json& place_in(Settings& cell) const { return group.empty() ? cell[name] : cell[group][name]; }
};

Axis axis_for(const std::string& group, const std::string& name, const Layer& given, const Json& default_value) {
    const std::string key = group.empty() ? name : group + "." + name;
    const auto found = given.find(key);
    Axis axis{group, name, {}};
    if (found == given.end()) {
        axis.values.push_back({default_value, key});
        return axis;
    }
    for (const Given& value : found->second) {
        const bool is_repeated = std::any_of(axis.values.begin(), axis.values.end(),
                                             [&](const Given& other) { return other.value == value.value; });
        if (!is_repeated) {
            axis.values.push_back(value);
        }
    }
    return axis;
}

void check_dtypes(const Model& model, const Axis& axis) {
    for (const Given& value : axis.values) {
        const auto dtype = value.value.get<std::string>();
        if (model.files.count(dtype) != 0) {
            continue;
        }
        std::vector<std::string> present;
        for (const auto& [name, file] : model.files) {
            present.push_back(name);
        }
        throw UsageError(fmt::format("{}: {} has no file of dtype {}, only {}{}", value.origin, model.name, dtype,
                                     fmt::join(present, ", "),
                                     model.is_bundle ? "" : " (dtype chooses among the files of a bundle)"));
    }
}

std::vector<Axis> axes_of(const Model& model, const Layer& given) {
    const std::set<std::string> symbols = symbols_of(model.inputs);
    std::vector<Axis> axes;
    for (const Setting& setting : settings()) {
        if (setting.via == Setting::Via::shape && symbols.count(setting.name) == 0) {
            continue;
        }
        axes.push_back(axis_for("", setting.name, given, setting.default_value));
        if (setting.via == Setting::Via::file) {
            check_dtypes(model, axes.back());
        }
    }
    for (const std::string& symbol : symbols) {
        if (find_setting(symbol) != nullptr && find_setting(symbol)->via == Setting::Via::shape) {
            continue;
        }
        if (given.count(shape_prefix + symbol) == 0) {
            throw UsageError(
                fmt::format("{}: the dimension \"{}\" has no value; give --shape {}=1,8", model.name, symbol, symbol));
        }
        axes.push_back(axis_for(shape_key, symbol, given, {}));
    }
    for (const auto& [key, values] : given) {
        if (starts_with(key, env_prefix)) {
            axes.push_back(axis_for(env_key, key.substr(env_prefix.size()), given, {}));
        }
    }
    return axes;
}

/// Every combination, the last axis changing fastest.
std::vector<Settings> product(const std::vector<Axis>& axes) {
    std::vector<Settings> combinations{Json::object()};
    for (const Axis& axis : axes) {
        std::vector<Settings> next;
        for (const Settings& combination : combinations) {
            for (const Given& value : axis.values) {
                next.push_back(combination);
                axis.place_in(next.back()) = value.value;
            }
        }
        combinations = std::move(next);
    }
    return combinations;
}

Shape shape_of(const Settings& cell) {
    Shape shape;
    for (const Setting& setting : settings()) {
        if (setting.via == Setting::Via::shape && cell.contains(setting.name)) {
            shape[setting.name] = cell[setting.name].get<std::int64_t>();
        }
    }
    for (const auto& [symbol, value] : member_or_empty(cell, shape_key).items()) {
        shape[symbol] = value.get<std::int64_t>();
    }
    return shape;
}

/// The file name of a program, and of a definition without its ending: graviton3-emulated, however it was given.
std::string engine_label(const std::string& engine) {
    const std::filesystem::path path(engine);
    return (path.extension() == ".json" ? path.stem() : path.filename()).string();
}

std::string key_of(const Model& model, const Settings& cell, const std::string& engine) {
    std::vector<std::string> parts;
    if (const std::string settings_part = identity(cell); !settings_part.empty()) {
        parts.push_back(settings_part);
    }
    if (engine != RunOptions{}.engine) {
        parts.push_back("engine=" + engine_label(engine));
    }
    return parts.empty() ? model.name : fmt::format("{}:{}", model.name, fmt::join(parts, ","));
}

/// A shape that no model has is a mistake; one that only some lack is how mixed sweeps are written.
void check_shapes_are_used(const Layer& given, const std::vector<Model>& models) {
    std::set<std::string> used;
    for (const Model& model : models) {
        used.merge(symbols_of(model.inputs));
    }
    for (const auto& [key, values] : given) {
        const Setting* setting = find_setting(key);
        const bool is_shape = setting != nullptr && setting->via == Setting::Via::shape;
        const std::string symbol = starts_with(key, shape_prefix) ? key.substr(shape_prefix.size()) : key;
        if ((is_shape || symbol != key) && used.count(symbol) == 0) {
            throw UsageError(fmt::format("{}: no model given has a dimension \"{}\"", values.front().origin, symbol));
        }
    }
}

/// One NAME=VALUE of --versus, put into the settings of a second variant.
void apply_versus(Settings& cell, const std::string& assignment, const Model& model) {
    Layer layer;
    const auto equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    const std::string text = equals == std::string::npos ? "" : assignment.substr(equals + 1);
    const bool is_env = starts_with(name, env_prefix);
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
        check_dtypes(model, {"", name, {{value, "--versus"}}});
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

/// The second variant of each cell, where one is asked for.
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

/// What only concerns the run that was asked for.
bool is_of_one_run(const std::string& key) {
    static const std::set<std::string> keys{"output", "preset", "keep-logs", "versus", "versus-engine"};
    return keys.count(key) != 0;
}

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

}  // namespace

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
            // Shapes and variables are kept one by one, flags have them as NAME=VALUE.
            const bool is_named = starts_with(key, shape_prefix) || starts_with(key, env_prefix);
            if (is_named || (key == "models" && value.is_object())) {
                layer[key].push_back({value, origin});
            } else {
                add_given(layer, key, value, origin + ": \"" + key + "\"");
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

Plan make_plan(const Layer& given) {
    Plan plan;
    plan.options = run_options(given);
    plan.models = find_models(given, plan.options);
    check_shapes_are_used(given, plan.models);
    for (std::size_t i = 0; i < plan.models.size(); ++i) {
        const Model& model = plan.models[i];
        const std::size_t before = plan.cells.size();
        std::string reason;
        for (Settings& combination : product(axes_of(model, given))) {
            if (const auto conflict = contradiction(combination)) {
                reason = *conflict;
                plan.notes.push_back(
                    fmt::format("{}:{} is left out: {}", model.name, identity(combination), *conflict));
                continue;
            }
            const Shape shape = shape_of(combination);
            plan.cells.push_back({key_of(model, combination, plan.options.engine), i, std::move(combination), shape});
        }
        if (plan.cells.size() == before) {
            throw UsageError(reason);
        }
    }
    add_versus(plan);
    plan.given = given_json(given);
    plan.options.is_bf16_asked_for =
        std::any_of(plan.cells.begin(), plan.cells.end(), [](const Cell& cell) { return cell.asks_for_bf16(); });
    return plan;
}

bool Cell::asks_for_bf16() const {
    const std::string fpmath = settings.value("fpmath", "strict");
    return fpmath == "bf16" || fpmath == "any" || settings.value("dtype", "fp32") == "bf16" ||
           settings.value("matmul-precision", "highest") == "medium";
}

Cell with_setting(const Plan& plan, const Cell& cell, const std::string& setting, const Json& value) {
    Cell other = cell;
    other.settings[setting] = value;
    other.key = key_of(plan.models[cell.model], other.settings,
                       cell.is_on_versus_engine ? plan.options.versus_engine : plan.options.engine);
    return other;
}

void check_model_files(Plan& plan) {
    for (std::size_t i = 0; i < plan.models.size(); ++i) {
        Model& model = plan.models[i];
        for (auto& [dtype, file] : model.files) {
            // fp32 is always needed: it is what accuracy is measured against.
            const bool is_used = dtype == "fp32" ||
                                 std::any_of(plan.cells.begin(), plan.cells.end(), [&, name = dtype](const Cell& cell) {
                                     return cell.model == i && cell.dtype() == name;
                                 });
            if (is_used) {
                check_file(model, file);
            }
        }
    }
}

Json arguments_for(const Model& model, const Shape& shape, const std::string& float_dtype) {
    Json arguments = Json::array();
    for (const InputSpec& input : model.inputs) {
        arguments.push_back(argument(input, shape, float_dtype));
    }
    return arguments;
}

}  // namespace gravbench::plan
