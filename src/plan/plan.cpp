#include "plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "plan/cell.h"

namespace gravbench::plan {
namespace {

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

std::vector<Axis> axes_of(const Model& model, const Layer& given) {
    const std::set<std::string> symbols = symbols_of(model.inputs);
    std::vector<Axis> axes;
    for (const Setting& setting : settings()) {
        if (setting.via == Setting::Via::shape && symbols.count(setting.name) == 0) {
            continue;
        }
        axes.push_back(axis_for("", setting.name, given, setting.default_value));
        if (setting.via == Setting::Via::file) {
            for (const Given& dtype : axes.back().values) {
                check_dtype(model, dtype);
            }
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
        if (key.starts_with(env_prefix)) {
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

/// A shape that no model has is a mistake; one that only some lack is how mixed sweeps are written.
void check_shapes_are_used(const Layer& given, const std::vector<Model>& models) {
    std::set<std::string> used;
    for (const Model& model : models) {
        used.merge(symbols_of(model.inputs));
    }
    for (const auto& [key, values] : given) {
        const Setting* setting = find_setting(key);
        const bool is_shape = setting != nullptr && setting->via == Setting::Via::shape;
        const std::string symbol = key.starts_with(shape_prefix) ? key.substr(shape_prefix.size()) : key;
        if ((is_shape || symbol != key) && used.count(symbol) == 0) {
            throw UsageError(fmt::format("{}: no model given has a dimension \"{}\"", values.front().origin, symbol));
        }
    }
}

}  // namespace

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

}  // namespace gravbench::plan
