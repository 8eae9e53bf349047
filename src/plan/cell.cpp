#include "plan/cell.h"

#include <fmt/format.h>

#include "base/errors.h"

namespace gravbench::plan {
namespace {

bool is(const Settings& settings, const char* name, std::string_view word) {
    const auto found = settings.find(name);
    return found != settings.end() && is_word(found->second, word);
}

}  // namespace

std::string Cell::dtype() const {
    return text_of(settings.at("dtype"));
}

std::int64_t Cell::batch() const {
    const auto found = identity.shape.find("batch");
    return found == identity.shape.end() ? 1 : found->second;
}

bool Cell::asks_for_bf16() const {
    return is(settings, "fpmath", "bf16") || is(settings, "fpmath", "any") || is(settings, "dtype", "bf16") ||
           is(settings, "matmul-precision", "medium");
}

void settle_identity(Cell& cell, const Plan& plan) {
    cell.identity.model = plan.models[cell.model].name;
    cell.identity.engine = plan.engines[cell.engine].label;
    cell.identity.settings = without_defaults(cell.settings);
    cell.key = key_of(cell.identity);
}

std::optional<std::string> why_left_out(const Cell& cell, const Plan& plan) {
    if (auto conflict = contradiction(cell.settings, cell.identity.environment)) {
        return conflict;
    }
    return not_known_to(plan.engines[cell.engine], cell.settings);
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

Cell with_setting(const Cell& cell, const std::string& setting, const Value& value) {
    Cell other = cell;
    other.settings[setting] = value;
    other.identity.settings = without_defaults(other.settings);
    other.key = key_of(other.identity);
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
