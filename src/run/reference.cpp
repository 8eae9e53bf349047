#include "run/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/errors.h"
#include "base/files.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_cache_bytes = std::uintmax_t{4} << 30;

/// What every reference is measured under, whatever the cell asks for.
plan::Settings reference_settings() {
    plan::Settings settings = Json::object();
    for (const plan::Setting& setting : plan::settings()) {
        if (setting.via != plan::Setting::Via::shape) {
            settings[setting.name] = setting.default_value;
        }
    }
    return settings;
}

/// The arguments of the recorded example: each tensor from its file.
Json example_arguments(const plan::Model& model) {
    Json arguments = plan::arguments_for(model, model.example->shape, "f32");
    for (Json& argument : arguments) {
        argument["values"] = {{"file", fs::absolute(model.example->inputs).string()},
                              {"tensor", argument.value("name", "")}};
    }
    return arguments;
}

/// How far this engine's fp32 is from what eager PyTorch gave when the model was exported.
Json check_against_export(EngineClient& client, const plan::Model& model) {
    if (!model.example) {
        return nullptr;
    }
    client.inputs(example_arguments(model), 0, 0);
    const auto batch = model.example->shape.find("batch");
    return protocol::to_json(client.compare(fs::absolute(model.example->outputs).string(),
                                            batch == model.example->shape.end() ? 1 : batch->second));
}

/// Removes the files that were used longest ago until the rest fits.
void prune(const fs::path& folder) {
    std::vector<fs::directory_entry> files(fs::directory_iterator(folder), fs::directory_iterator{});
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.last_write_time() > b.last_write_time(); });
    std::uintmax_t total = 0;
    for (const fs::directory_entry& file : files) {
        total += file.file_size();
        if (total > most_cache_bytes) {
            fs::remove(file.path());
        }
    }
}

}  // namespace

References::References(const LaunchContext& context, Json engine, fs::path cache_folder)
    : context_(context), engine_(std::move(engine)), folder_(std::move(cache_folder)) {
    fs::create_directories(folder_);
}

fs::path References::file(const std::string& name, const char* ending) const {
    return folder_ / (name + ending);
}

const Reference& References::reference_for(const plan::Cell& cell, const plan::Model& model) {
    const Json identity{model.files.at("fp32").sha256,
                        plan::arguments_for(model, cell.shape, "f32"),
                        context_.options.seed,
                        engine_.at("name"),
                        engine_.at("version"),
                        engine_.at("arch"),
                        engine_.at("isa")};
    const std::string name = sha256_of_text(identity.dump());
    if (const auto found = made_.find(name); found != made_.end()) {
        return found->second;
    }
    if (const auto found = failed_.find(name); found != failed_.end()) {
        throw found->second;
    }
    try {
        auto kept = read(name);
        return made_.emplace(name, kept ? *kept : make(cell, model, name)).first->second;
    } catch (const EngineError& error) {
        failed_.emplace(name, error);
        throw;
    }
}

std::optional<Reference> References::read(const std::string& name) const {
    const fs::path outputs = file(name, ".safetensors");
    const fs::path description = file(name, ".json");
    if (!fs::exists(outputs) || !fs::exists(description)) {
        return std::nullopt;
    }
    try {
        const Json json = read_json(description);
        // A file that a full disk cut short, or that somebody touched, is made again.
        if (fs::file_size(outputs) != required<std::uintmax_t>(json, "size_bytes", description.string())) {
            return std::nullopt;
        }
        fs::last_write_time(outputs, fs::file_time_type::clock::now());
        fs::last_write_time(description, fs::file_time_type::clock::now());
        return Reference{outputs, required<std::string>(json, "inputs_digest", description.string()),
                         required<Json>(json, "reference", description.string())};
    } catch (const DataError&) {
        return std::nullopt;
    }
}

Reference References::make(const plan::Cell& cell, const plan::Model& model, const std::string& name) {
    const plan::LaunchSetup setup = plan::launch_setup(reference_settings(), context_.physical_cores);
    const fs::path log = context_.work_folder / "reference.log";
    const plan::ModelFile& fp32 = model.files.at("fp32");
    Reference reference{file(name, ".safetensors"), "", {}};
    try {
        EngineClient client(context_.engine, environment_for(context_.engine, setup), log, context_.options.timeout,
                            context_.stop_descriptor);
        client.hello();
        client.load(fs::absolute(fp32.path).string(), "fp32", setup.engine_settings);
        reference.inputs_digest =
            client.inputs(plan::arguments_for(model, cell.shape, fp32.float_inputs), context_.options.seed, 0);
        client.save_outputs(reference.outputs.string());
        reference.description = {{"engine", engine_.at("name")},
                                 {"version", engine_.at("version")},
                                 {"arch", engine_.at("arch")},
                                 {"settings", "fp32, strict, jit none"},
                                 {"export_check", check_against_export(client, model)}};
        client.quit();
    } catch (const EngineError& error) {
        const std::string tail = log_tail(log);
        throw EngineError(error.problem(),
                          tail.empty() ? error.what() : fmt::format("{}; log: {}", error.what(), tail));
    }
    // The engine need not write files (tests/fake_engine does not); then there is nothing to keep for another run.
    if (fs::exists(reference.outputs)) {
        write_file(file(name, ".json"), Json{{"model", model.name},
                                             {"size_bytes", fs::file_size(reference.outputs)},
                                             {"inputs_digest", reference.inputs_digest},
                                             {"reference", reference.description}}
                                            .dump(1));
        prune(folder_);
    }
    return reference;
}

}  // namespace gravbench::run
