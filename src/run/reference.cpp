#include "run/reference.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <vector>

#include "base/errors.h"
#include "base/files.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_cache_bytes = std::uintmax_t{4} << 30;

/// What every reference is measured under, whatever the cell asks for.
plan::Settings reference_settings() {
    using Via = plan::Setting::Via;
    plan::Settings settings;
    for (const plan::Setting& setting : plan::settings()) {
        if (setting.via != Via::shape && setting.via != Via::program) {
            settings[setting.name] = setting.default_value;
        }
    }
    return settings;
}

/// Those of them that this engine has.
std::string described_settings(const protocol::Hello& hello) {
    return hello.settings.count("jit") != 0 ? "fp32, strict, jit none" : "fp32, every setting at its default";
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
std::optional<protocol::Comparison> check_against_export(EngineClient& client, const plan::Model& model) {
    if (!model.example) {
        return std::nullopt;
    }
    client.inputs(example_arguments(model), 0, 0);
    const auto batch = model.example->shape.find("batch");
    return client.compare(fs::absolute(model.example->outputs).string(),
                          batch == model.example->shape.end() ? 1 : batch->second);
}

Json to_json(const records::ReferenceFacts& facts) {
    return {{"engine", facts.engine},
            {"version", facts.version},
            {"arch", facts.arch},
            {"settings", facts.settings},
            {"export_check", facts.export_check ? protocol::to_json(*facts.export_check) : Json()}};
}

records::ReferenceFacts facts_from(const Json& json, const std::string& where) {
    records::ReferenceFacts facts{required<std::string>(json, "engine", where),
                                  required<std::string>(json, "version", where),
                                  required<std::string>(json, "arch", where),
                                  required<std::string>(json, "settings", where),
                                  {}};
    const Json& check = required_member(json, "export_check", where);
    if (!check.is_null()) {
        facts.export_check = protocol::comparison_from(check, where);
    }
    return facts;
}

/// A file of the cache as it was when the folder was listed.
struct CachedFile {
    fs::path path;
    fs::file_time_type used;
    std::uintmax_t bytes = 0;
};

/// Other runs remove files, and rename some, while this one looks: whatever is gone meanwhile is left out.
std::vector<CachedFile> files_in(const fs::path& folder) {
    std::vector<CachedFile> files;
    std::error_code error;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
        CachedFile file{at->path(), fs::last_write_time(at->path(), error), 0};
        file.bytes = error ? 0 : fs::file_size(at->path(), error);
        if (!error) {
            files.push_back(std::move(file));
        }
        error.clear();
    }
    return files;
}

/// Removes the files that were used longest ago until the rest fits, but for those that a run may be about to use: of
/// this name, or used in the last hour.
void prune(const fs::path& folder, const std::string& name) {
    const auto in_use = fs::file_time_type::clock::now() - std::chrono::hours(1);
    std::vector<CachedFile> files = files_in(folder);
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.used > b.used; });
    std::uintmax_t total = 0;
    for (const CachedFile& file : files) {
        total += file.bytes;
        if (total > most_cache_bytes && file.used < in_use && file.path.stem() != name) {
            std::error_code gone_already;
            fs::remove(file.path, gone_already);
        }
    }
}

/// Says why nothing can be written there; nothing where it can.
std::optional<std::string> why_not_writable(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        return error.message();
    }
    try {
        check_writable(folder / fmt::format("probe.{}", ::getpid()));
    } catch (const DataError& refused) {
        return refused.what();
    }
    return std::nullopt;
}

}  // namespace

References::References(const LaunchContext& context, const plan::Plan& plan, fs::path cache_folder)
    : context_(context), plan_(plan), folder_(std::move(cache_folder)) {
    if (const auto reason = why_not_writable(folder_)) {
        notes_.push_back(
            fmt::format("references are not kept for other runs: {} cannot be written ({}); $XDG_CACHE_HOME names "
                        "another place for caches",
                        folder_.string(), *reason));
        folder_ = context_.work_folder / "references";
        std::error_code told_by_the_launch;
        fs::create_directories(folder_, told_by_the_launch);
    }
}

fs::path References::file(const std::string& name, const char* ending) const {
    return folder_ / (name + ending);
}

const Reference& References::reference_for(const plan::Cell& cell) {
    const plan::Model& model = plan_.models[cell.model];
    const plan::ReferenceSource& source = plan_.references[cell.model];
    const protocol::EngineDescription& engine = plan_.engines[source.engine].hello.engine;
    const Json identity{model.files.at(source.file).sha256,
                        plan::arguments_for(model, cell.shape(), "f32"),
                        context_.sampling.seed,
                        engine.name,
                        engine.version,
                        engine.arch,
                        engine.isa};
    const std::string name = sha256_of_text(identity.dump());
    if (const auto found = made_.find(name); found != made_.end()) {
        return found->second;
    }
    if (const auto found = failed_.find(name); found != failed_.end()) {
        throw found->second;
    }
    try {
        auto kept = read(name);
        return made_.emplace(name, kept ? *kept : make(cell, name)).first->second;
    } catch (const EngineError& error) {
        failed_.emplace(name, error);
        throw;
    }
}

std::optional<Reference> References::read(const std::string& name) const {
    const fs::path outputs = file(name, ".safetensors");
    const fs::path description = file(name, ".json");
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(outputs, error);
    if (error) {
        return std::nullopt;
    }
    try {
        const Json json = read_json(description);
        const std::string where = description.string();
        // A file that a full disk cut short, or that somebody touched, is made again.
        if (bytes != required<std::uintmax_t>(json, "size_bytes", where)) {
            return std::nullopt;
        }
        const auto now = fs::file_time_type::clock::now();
        fs::last_write_time(outputs, now, error);
        fs::last_write_time(description, now, error);
        return Reference{outputs, required<std::string>(json, "inputs_digest", where),
                         facts_from(required_member(json, "reference", where), where)};
    } catch (const DataError&) {
        return std::nullopt;
    }
}

Reference References::make(const plan::Cell& cell, const std::string& name) {
    // Two runs may make the same one: each under a name of its own, and the last to finish wins.
    const fs::path unfinished = file(name, fmt::format(".{}.unfinished", ::getpid()).c_str());
    std::error_code ignored;
    try {
        Reference reference = measure(cell, unfinished);
        reference.outputs = file(name, ".safetensors");
        fs::rename(unfinished, reference.outputs, ignored);
        keep(reference, plan_.models[cell.model].name, name);
        return reference;
    } catch (...) {
        fs::remove(unfinished, ignored);
        throw;
    }
}

Reference References::measure(const plan::Cell& cell, const fs::path& outputs) {
    const plan::Settings settings = reference_settings();
    const plan::Model& model = plan_.models[cell.model];
    const plan::ReferenceSource& source = plan_.references[cell.model];
    const Engine& engine = context_.engines[source.engine];
    const Environment environment = environment_for(engine, plan::launch_setup(settings, {}, context_.physical_cores));
    const fs::path log = context_.work_folder / "reference.log";
    const plan::ModelFile& fp32 = model.files.at(source.file);
    Reference reference;
    try {
        EngineClient client(engine, environment, log, context_.sampling.timeout, context_.stop_descriptor);
        const protocol::Hello hello = client.hello();
        client.load(fs::absolute(fp32.path).string(), "fp32",
                    plan::load_settings(settings, hello, context_.physical_cores));
        reference.inputs_digest = client.inputs(plan::arguments_for(model, cell.shape(), fp32.float_inputs),
                                                context_.sampling.seed, first_position);
        client.save_outputs(outputs.string());
        reference.facts = {hello.engine.name, hello.engine.version, hello.engine.arch, described_settings(hello),
                           check_against_export(client, model)};
        client.quit();
    } catch (const EngineError& error) {
        throw EngineError(error.problem(), with_log(error.what(), log));
    }
    return reference;
}

/// For other runs. This run has its reference, whether that succeeds or not.
void References::keep(const Reference& reference, const std::string& model, const std::string& name) {
    // The engine need not write files (tests/fake_engine does not unless it is told to); then there is nothing to keep.
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(reference.outputs, error);
    if (error) {
        return;
    }
    try {
        write_file(file(name, ".json"), Json{{"model", model},
                                             {"size_bytes", bytes},
                                             {"inputs_digest", reference.inputs_digest},
                                             {"reference", to_json(reference.facts)}}
                                            .dump(1));
    } catch (const DataError& failure) {
        notes_.push_back(fmt::format("the reference of {} is not kept for other runs: {}", model, failure.what()));
    }
    prune(folder_, name);
}

}  // namespace gravbench::run
