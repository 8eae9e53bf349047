#include "plan/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "base/text.h"

namespace gravbench::plan {
namespace {

bool is(const Settings& settings, const char* name, std::string_view word) {
    const auto found = settings.find(name);
    return found != settings.end() && is_word(found->second, word);
}

/// Of an engine that does not say, what all engines read before there were others.
std::vector<std::string> formats_of(const protocol::Hello& hello) {
    return hello.formats.value_or(std::vector<std::string>{"torchscript"});
}

bool makes_dtypes(const protocol::Hello& hello) {
    return hello.settings.count(dtype_key) != 0;
}

std::string why_no_file(const Model& model, const EngineChoice& engine, const std::string& dtype) {
    const std::vector<std::string> formats = formats_of(engine.hello);
    std::vector<std::string> dtypes;
    std::set<std::string> others;
    for (const auto& [key, file] : model.files) {
        if (std::find(formats.begin(), formats.end(), key.format) != formats.end() || key.format.empty()) {
            dtypes.push_back(key.dtype);
        } else {
            others.insert(key.format);
        }
    }
    if (dtypes.empty()) {
        return fmt::format("the engine {} reads {}, and {} is there as {}{}", engine.label,
                           formats.empty() ? "no format" : one_line(fmt::format("{}", fmt::join(formats, ", "))),
                           model.name, fmt::join(others, ", "),
                           model.is_bundle ? "; export it again with scripts/export_models.py" : "");
    }
    return fmt::format("{} has no file of dtype {} for the engine {}, only {}{}", model.name, dtype, engine.label,
                       fmt::join(dtypes, ", "), model.is_bundle ? "" : " (dtype chooses among the files of a bundle)");
}

}  // namespace

std::string Cell::dtype() const {
    return text_of(settings.at(dtype_key));
}

std::int64_t Cell::batch() const {
    const auto found = identity.shape.find("batch");
    return found == identity.shape.end() ? 1 : found->second;
}

bool Cell::asks_for_bf16() const {
    return is(settings, "fpmath", "bf16") || is(settings, "fpmath", "any") || is(settings, dtype_key, "bf16") ||
           is(settings, "matmul-precision", "medium");
}

void settle_identity(Cell& cell, const Plan& plan) {
    cell.identity.model = plan.models[cell.model].name;
    cell.identity.engine = plan.engines[cell.engine].label;
    cell.identity.settings = without_defaults(cell.settings);
    cell.key = key_of(cell.identity);
    cell.file = file_for(plan.models[cell.model], plan.engines[cell.engine].hello, cell.dtype()).value_or(FileKey());
}

std::optional<std::string> why_left_out(const Cell& cell, const Plan& plan) {
    if (auto conflict = contradiction(cell.settings, cell.identity.environment)) {
        return conflict;
    }
    const EngineChoice& engine = plan.engines[cell.engine];
    if (auto unknown = not_known_to(engine, cell.settings)) {
        return unknown;
    }
    const Model& model = plan.models[cell.model];
    return file_for(model, engine.hello, cell.dtype()) ? std::nullopt
                                                       : std::optional(why_no_file(model, engine, cell.dtype()));
}

std::optional<FileKey> file_for(const Model& model, const protocol::Hello& hello, const std::string& dtype) {
    const std::string of_file = makes_dtypes(hello) ? "fp32" : dtype;
    for (const std::string& format : formats_of(hello)) {
        if (const FileKey key{format, of_file}; model.files.count(key) != 0) {
            return key;
        }
    }
    const FileKey& first = model.files.begin()->first;
    const bool may_be_tried = !model.is_bundle && (first.format.empty() || !hello.formats);
    return may_be_tried && first.dtype == of_file ? std::optional(first) : std::nullopt;
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
