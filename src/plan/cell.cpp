#include "plan/cell.h"

#include <fmt/format.h>

#include "base/errors.h"

namespace gravbench::plan {
namespace {

/// The file name of a program, and of a definition without its ending: graviton3-emulated, however it was given.
std::string engine_label(const std::string& engine) {
    const std::filesystem::path path(engine);
    return (path.extension() == ".json" ? path.stem() : path.filename()).string();
}

}  // namespace

bool Cell::asks_for_bf16() const {
    const std::string fpmath = settings.value("fpmath", "strict");
    return fpmath == "bf16" || fpmath == "any" || settings.value("dtype", "fp32") == "bf16" ||
           settings.value("matmul-precision", "highest") == "medium";
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

void check_dtype(const Model& model, const Given& given) {
    const auto dtype = given.value.get<std::string>();
    if (model.files.count(dtype) != 0) {
        return;
    }
    std::vector<std::string> present;
    for (const auto& [name, file] : model.files) {
        present.push_back(name);
    }
    throw UsageError(fmt::format("{}: {} has no file of dtype {}, only {}{}", given.origin, model.name, dtype,
                                 fmt::join(present, ", "),
                                 model.is_bundle ? "" : " (dtype chooses among the files of a bundle)"));
}

Cell with_setting(const Plan& plan, const Cell& cell, const std::string& setting, const Json& value) {
    Cell other = cell;
    other.settings[setting] = value;
    other.key = key_of(plan.models[cell.model], other.settings,
                       cell.is_on_versus_engine ? plan.options.versus_engine : plan.options.engine);
    return other;
}

Json arguments_for(const Model& model, const Shape& shape, const std::string& float_dtype) {
    Json arguments = Json::array();
    for (const InputSpec& input : model.inputs) {
        arguments.push_back(argument(input, shape, float_dtype));
    }
    return arguments;
}

}  // namespace gravbench::plan
