#include "plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
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
    const auto& max_time = run.stopping.max_time;
    if (max_time && run.stopping.spread >= *max_time) {
        throw UsageError(fmt::format("{} contradicts {}: the last launches would begin when the time is over",
                                     given.at("spread").front().origin, given.at("max-time").front().origin));
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
    const Json inputs = optional_member<Json>(given.value, "input", Json::array(), given.origin);
    std::vector<Given> own;
    for (const Json& input : inputs.is_array() ? inputs : Json::array({inputs})) {
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
        throw UsageError("no model given: name a bundle (gravbench models lists them) or a model's file");
    }
    const auto folders = bundle_folders(run.places.models_dirs);
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

bool is_of_shape(const std::string& name) {
    const Setting* setting = find_setting(name);
    return setting != nullptr && setting->via == Setting::Via::shape;
}

/// One axis of the product: where its values go and which they are.
struct Axis {
    enum class Place { setting, shape, environment, engine };
    Place place;
    std::string name;
    std::vector<Given> values;
};

Axis::Place place_of(const Setting& setting) {
    switch (setting.via) {
        case Setting::Via::shape:
            return Axis::Place::shape;
        case Setting::Via::program:
            return Axis::Place::engine;
        default:
            return Axis::Place::setting;
    }
}

Axis axis_for(Axis::Place place, const std::string& name, const std::string& key, const Layer& given,
              const Json& default_value) {
    const auto found = given.find(key);
    Axis axis{place, name, {}};
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

/// Two texts may name one engine: each engine once, by its position.
void use_positions(Axis& axis, const std::vector<EngineChoice>& engines) {
    std::set<std::size_t> seen;
    std::vector<Given> positions;
    for (const Given& value : axis.values) {
        const std::size_t position = index_of_engine(engines, value.value.get<std::string>());
        if (seen.insert(position).second) {
            positions.push_back({position, value.origin});
        }
    }
    axis.values = std::move(positions);
}

std::vector<Axis> setting_axes(const std::set<std::string>& symbols, const Layer& given,
                               const std::vector<EngineChoice>& engines) {
    std::vector<Axis> axes;
    for (const Setting& setting : settings()) {
        if (setting.via == Setting::Via::shape && symbols.count(setting.name) == 0) {
            continue;
        }
        axes.push_back(
            axis_for(place_of(setting), setting.name, setting.name, given, protocol::to_json(setting.default_value)));
        if (setting.via == Setting::Via::program) {
            use_positions(axes.back(), engines);
        }
    }
    return axes;
}

std::vector<Axis> axes_of(const Model& model, const Layer& given, const std::vector<EngineChoice>& engines) {
    const std::set<std::string> symbols = symbols_of(model.inputs);
    std::vector<Axis> axes = setting_axes(symbols, given, engines);
    for (const std::string& symbol : symbols) {
        if (is_of_shape(symbol)) {
            continue;
        }
        if (given.count(shape_prefix + symbol) == 0) {
            throw UsageError(
                fmt::format("{}: the dimension \"{}\" has no value; give --shape {}=1,8", model.name, symbol, symbol));
        }
        axes.push_back(axis_for(Axis::Place::shape, symbol, shape_prefix + symbol, given, {}));
    }
    for (const auto& [key, values] : given) {
        if (key.starts_with(env_prefix)) {
            axes.push_back(axis_for(Axis::Place::environment, key.substr(env_prefix.size()), key, given, {}));
        }
    }
    return axes;
}

void put(Cell& cell, const Axis& axis, const Json& value) {
    switch (axis.place) {
        case Axis::Place::setting:
            cell.settings[axis.name] = protocol::value_from(value).value();
            return;
        case Axis::Place::shape:
            cell.identity.shape[axis.name] = value.get<std::int64_t>();
            return;
        case Axis::Place::environment:
            cell.identity.environment[axis.name] = value.get<std::string>();
            return;
        case Axis::Place::engine:
            cell.engine = value.get<std::size_t>();
            return;
    }
}

/// Every combination, the last axis changing fastest.
std::vector<Cell> product(const Cell& start, const std::vector<Axis>& axes) {
    std::vector<Cell> combinations{start};
    for (const Axis& axis : axes) {
        std::vector<Cell> next;
        for (const Cell& combination : combinations) {
            for (const Given& value : axis.values) {
                next.push_back(combination);
                put(next.back(), axis, value.value);
            }
        }
        combinations = std::move(next);
    }
    return combinations;
}

/// Cells that one reason keeps out of the plan.
struct LeftOut {
    std::string reason;
    std::vector<std::string> keys;
};

void leave_out(std::vector<LeftOut>& all, const std::string& key, const std::string& reason) {
    for (LeftOut& one : all) {
        if (one.reason == reason) {
            one.keys.push_back(key);
            return;
        }
    }
    all.push_back({reason, {key}});
}

/// "a and 2 more are left out: the engine mine does not know jit llga, only none"
std::string note_of(const LeftOut& left_out) {
    const std::size_t more = left_out.keys.size() - 1;
    const std::string others = more == 0 ? " is" : fmt::format(" and {} more are", more);
    return fmt::format("{}{} left out: {}", left_out.keys.front(), others, left_out.reason);
}

/// The model's cells, and what cannot be measured. Throws UsageError where no cell is left.
void add_cells(Plan& plan, std::size_t model, const Layer& given, std::vector<LeftOut>& left_out) {
    const std::size_t before = plan.cells.size();
    std::string reason;
    Cell start;
    start.model = model;
    for (Cell& cell : product(start, axes_of(plan.models[model], given, plan.engines))) {
        settle_identity(cell, plan);
        if (const auto why = why_left_out(cell, plan)) {
            reason = *why;
            leave_out(left_out, cell.key, *why);
            continue;
        }
        plan.cells.push_back(std::move(cell));
    }
    if (plan.cells.size() == before) {
        throw UsageError(reason);
    }
}

/// A model that has cells is read by an engine; where that one makes none of the file's dtypes itself, fp32 is there.
ReferenceSource reference_source(const Model& model, const std::vector<EngineChoice>& engines) {
    std::optional<ReferenceSource> any;
    for (std::size_t i = 0; i < engines.size(); ++i) {
        const std::optional<FileKey> file = file_for(model, engines[i].hello, FileKey().dtype);
        if (file && file->format == FileKey().format) {
            return {i, *file};
        }
        if (file && !any) {
            any = {i, *file};
        }
    }
    return any.value_or(ReferenceSource{0, model.files.begin()->first});
}

/// A shape that no model has is a mistake; one that only some lack is how mixed sweeps are written.
void check_shapes_are_used(const Layer& given, const std::vector<Model>& models) {
    std::set<std::string> used;
    for (const Model& model : models) {
        used.merge(symbols_of(model.inputs));
    }
    for (const auto& [key, values] : given) {
        const std::string symbol = key.starts_with(shape_prefix) ? key.substr(shape_prefix.size()) : key;
        if ((is_of_shape(key) || symbol != key) && used.count(symbol) == 0) {
            throw UsageError(fmt::format("{}: no model given has a dimension \"{}\"", values.front().origin, symbol));
        }
    }
}

}  // namespace

Plan make_plan(const Layer& given, std::vector<EngineChoice> engines) {
    Plan plan;
    plan.options = run_options(given);
    plan.engines = std::move(engines);
    plan.models = find_models(given, plan.options);
    check_shapes_are_used(given, plan.models);
    std::vector<LeftOut> left_out;
    for (std::size_t model = 0; model < plan.models.size(); ++model) {
        add_cells(plan, model, given, left_out);
        plan.references.push_back(reference_source(plan.models[model], plan.engines));
    }
    std::transform(left_out.begin(), left_out.end(), std::back_inserter(plan.notes), note_of);
    add_versus(plan, given);
    plan.given = given_json(given);
    plan.options.judging.is_bf16_asked_for =
        std::any_of(plan.cells.begin(), plan.cells.end(), [](const Cell& cell) { return cell.asks_for_bf16(); });
    return plan;
}

void check_model_files(Plan& plan) {
    for (std::size_t i = 0; i < plan.models.size(); ++i) {
        Model& model = plan.models[i];
        for (auto& [key, file] : model.files) {
            const bool is_used = key == plan.references[i].file ||
                                 std::any_of(plan.cells.begin(), plan.cells.end(), [&, wanted = key](const Cell& cell) {
                                     return cell.model == i && cell.file == wanted;
                                 });
            if (is_used) {
                check_file(model, file);
            }
        }
    }
}

}  // namespace gravbench::plan
