#include "cli/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "audit/requirement.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "run/engine_definition.h"
#include "run/probe.h"
#include "run/stop_signal.h"

namespace gravbench::cli {
namespace {

/// An engine that takes any setting: a plan made for it has the faults that do not depend on engines.
protocol::Hello knows_everything() {
    protocol::Hello hello;
    hello.protocol = protocol::version;
    for (const plan::Setting& setting : plan::settings()) {
        hello.settings[setting.name] = {};
    }
    hello.formats = {"torchscript", "onnx", "pt2"};
    return hello;
}

void check_keep_logs(const std::filesystem::path& folder) {
    check_writable(is_there(folder) ? folder / "audit.log" : folder);
}

/// A document must not take the place of what it is about.
void check_models_are_kept(const plan::Plan& plan) {
    const std::string& output = plan.options.places.output;
    for (const plan::Model& model : plan.models) {
        for (const auto& [key, file] : model.files) {
            if (!output.empty() && (is_same_file(output, file.path) || is_same_file(output, model.origin))) {
                throw UsageError(
                    fmt::format("-o {}: is a file of the model {}; give another name", output, model.name));
            }
        }
    }
}

void check_places_and_judging(const plan::RunOptions& options) {
    if (!options.places.output.empty()) {
        check_writable(options.places.output);
    }
    if (!options.places.output.empty() && is_same_file(options.places.output, options.places.keep_logs)) {
        throw UsageError(
            fmt::format("--keep-logs {}: is the output, -o, too; give a folder of its own", options.places.keep_logs));
    }
    if (!options.places.keep_logs.empty()) {
        check_keep_logs(options.places.keep_logs);
    }
    for (const std::string& requirement : options.judging.require) {
        audit::parse_requirement(requirement);
    }
    if (!options.judging.require.empty() && !options.judging.has_audit) {
        throw UsageError("--require contradicts --audit off: without an audit nothing can be shown");
    }
}

/// Whether the engine's CPU is not this machine's own.
bool is_emulated(const plan::EngineChoice& choice, const machine::Machine& host) {
    return !machine::is_same_cpu(choice.hello.engine.arch, choice.hello.engine.cpu, host);
}

/// More threads than CPUs measure the scheduler. An emulated machine has as many as it likes.
void check_threads(const plan::Plan& plan, const machine::Machine& host) {
    for (const plan::Cell& cell : plan.cells) {
        const auto found = cell.settings.find("threads");
        const auto* threads = found == cell.settings.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
        if (threads != nullptr && host.usable_cpus > 0 && *threads > host.usable_cpus &&
            !is_emulated(plan.engines[cell.engine], host)) {
            throw UsageError(
                fmt::format("--threads: {} is more than the {} CPUs that may be used here; give at most {}", *threads,
                            host.usable_cpus, host.usable_cpus));
        }
    }
}

void check_settings(const plan::Plan& plan, const machine::Machine& host) {
    for (const plan::Cell& cell : plan.cells) {
        plan::launch_setup(cell.settings, cell.identity.environment, machine::usable_physical_cores(host));
    }
}

/// Starts each engine once: a wrong one is found in a second, and what it knows decides which cells there are.
void ask_for_hello(std::vector<plan::EngineChoice>& choices, const std::vector<run::Engine>& engines,
                   std::chrono::nanoseconds timeout) {
    const TemporaryFolder work_folder;
    const run::StopSignal stop;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        choices[i].hello = run::probe_engine(engines[i], work_folder.path(), timeout, stop.descriptor());
    }
}

}  // namespace

plan::Plan draft_of(const plan::Layer& given, std::vector<plan::EngineChoice> choices) {
    for (plan::EngineChoice& choice : choices) {
        choice.hello = knows_everything();
    }
    return plan::make_plan(given, std::move(choices));
}

Prepared prepare(const plan::Layer& given, const std::function<void(plan::Plan& plan)>& complete) {
    std::vector<plan::EngineChoice> choices = plan::engines_of(given);
    Prepared prepared{draft_of(given, choices), {}, machine::read_machine()};
    complete(prepared.plan);
    check_places_and_judging(prepared.plan.options);
    check_models_are_kept(prepared.plan);
    check_settings(prepared.plan, prepared.host);
    for (plan::EngineChoice& choice : choices) {
        prepared.engines.push_back(run::find_engine(choice.text));
        choice.file = run::file_of(prepared.engines.back());
    }
    ask_for_hello(choices, prepared.engines, prepared.plan.options.sampling.timeout);
    plan::Plan& plan = prepared.plan;
    plan = plan::make_plan(given, std::move(choices));
    complete(plan);
    if (std::any_of(plan.engines.begin(), plan.engines.end(),
                    [&](const plan::EngineChoice& choice) { return is_emulated(choice, prepared.host); })) {
        plan.options = plan::for_emulation(plan.options);
        plan.notes.push_back("the engine is emulated: its times mean nothing, so it measures no more than it must");
    }
    check_threads(plan, prepared.host);
    plan::check_model_files(plan);
    return prepared;
}

/// Blocks are what is asked for; what starting and warming up an engine takes is not known yet.
std::string time_plan(const plan::Plan& plan) {
    const plan::Sampling& sampling = plan.options.sampling;
    const plan::Stopping& stopping = plan.options.stopping;
    const auto launches = static_cast<std::int64_t>(plan.cells.size()) * sampling.launches;
    const plan::LaunchShape shape = plan.options.first_shape();
    const bool is_open = plan.options.chooses_blocks() || plan.options.chooses_block_length();
    const std::string all = is_open || shape.block.iterations
                                ? ""
                                : ", " + describe_duration(shape.block.duration * launches * shape.blocks) + " in all";
    std::string text = fmt::format("plan: {} cells, {}{} launches each of {}{}; starting and warming up come on top",
                                   plan.cells.size(), sampling.has_fixed_launches ? "" : "at least ", sampling.launches,
                                   plan::describe(shape), is_open ? " until they show what suits" : all);
    if (!sampling.has_fixed_launches) {
        text += fmt::format(
            "; then more until {} of each {} is known to {:.2g}%, {}", stopping.metric,
            plan.options.has_versus() ? "pair's ratio" : "cell", 100 * plan.options.wanted_precision(),
            stopping.max_time
                ? "at most " + describe_duration(*stopping.max_time) + " in all, audits too"
                : "until " + describe_duration(plan::Stopping::most_time_unasked + stopping.spread) + " are over");
    }
    return text;
}

}  // namespace gravbench::cli
