#include "cli/measuring.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "audit/requirement.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "gravbench_version.h"
#include "results/document.h"
#include "run/engine_definition.h"
#include "run/rounds.h"
#include "run/start.h"
#include "run/stop_signal.h"

namespace gravbench::cli {
namespace {

std::map<std::string, int> launches_to_come(const plan::Plan& plan, const std::vector<results::LaunchRecord>& earlier) {
    std::map<std::string, int> launches;
    for (const plan::Cell& cell : plan.cells) {
        launches[cell.key] = plan.options.launches;
    }
    for (const results::LaunchRecord& launch : earlier) {
        launches[launch.cell] = std::max(0, launches[launch.cell] - 1);
    }
    return launches;
}

std::optional<run::Engine> versus_engine(const plan::RunOptions& options) {
    return options.versus_engine.empty() ? std::nullopt : std::optional(run::find_engine(options.versus_engine));
}

bool is_emulated(const Json& engine, const machine::Machine& host) {
    return !machine::is_same_cpu(engine.at("arch").get<std::string>(), engine.at("cpu").get<std::string>(), host);
}

/// Who the engines are, asked before anything is measured: that of the run, and that of second variants.
Json probe_engines(const run::LaunchContext& context) {
    Json engines = Json::array({run::probe_engine(context)});
    if (context.versus_engine) {
        run::LaunchContext other = context;
        other.engine = *context.versus_engine;
        engines.push_back(run::probe_engine(other));
    }
    return engines;
}

/// How long the run will take, as far as that can be told before the first launch: blocks are what is asked for, and
/// what starting and warming up an engine takes is not known yet.
std::string time_plan(const plan::Plan& plan) {
    const plan::RunOptions& options = plan.options;
    const auto launches = static_cast<std::int64_t>(plan.cells.size()) * options.launches;
    const std::string blocks =
        options.iterations ? fmt::format("{} of {} inferences", options.blocks, *options.iterations)
                           : fmt::format("{} of {}, {} in all", options.blocks, describe_duration(options.duration),
                                         describe_duration(options.duration * launches * options.blocks));
    std::string text =
        fmt::format("plan: {} cells, {}{} launches each, blocks in each: {}; starting and warming up come on top",
                    plan.cells.size(), options.has_fixed_launches ? "" : "at least ", options.launches, blocks);
    if (!options.has_fixed_launches) {
        text += fmt::format("; then more until {} of each {} is known to {:.2g}%, {}", options.metric,
                            options.has_versus() ? "pair's ratio" : "cell", 100 * options.wanted_precision(),
                            options.max_time
                                ? "at most " + describe_duration(*options.max_time) + " in all"
                                : "until " + describe_duration(plan::RunOptions::most_time_unasked) + " are over");
    }
    return text;
}

Json measure(const MeasuringFlags& flags, plan::Plan& plan, std::optional<results::Journal>& journal) {
    const TemporaryFolder work_folder;
    const run::StopSignal stop;
    const machine::Machine host = machine::read_machine();
    run::LaunchContext context{run::find_engine(plan.options.engine), versus_engine(plan.options), plan.options,
                               machine::usable_physical_cores(host),  work_folder.path(),          stop.descriptor()};
    const Json engines = probe_engines(context);
    if (std::any_of(engines.begin(), engines.end(), [&](const Json& engine) { return is_emulated(engine, host); })) {
        plan.options = plan::for_emulation(plan.options);
        context.options = plan.options;
        plan.notes.push_back("the engine is emulated: its times mean nothing, so it measures no more than it must");
    }
    run::Start start = run::begin(plan, host, engines, flags.has_resume);
    if (start.journal) {
        journal.emplace(std::move(*start.journal));
    }
    std::optional<run::References> references;
    if (plan.options.has_accuracy) {
        references.emplace(context, engines.front(), user_cache_folder() / "references");
    }
    run::Progress progress(flags.is_quiet ? nullptr : stderr, ::isatty(STDERR_FILENO) != 0,
                           launches_to_come(plan, start.earlier));
    start.notes.push_back(time_plan(plan));
    start.notes.insert(start.notes.end(), plan.notes.begin(), plan.notes.end());
    for (const std::string& note : start.notes) {
        progress.note("note: " + note);
    }
    const auto keep = [&](const auto& record) {
        if (journal) {
            journal->append(record);
        }
    };
    std::optional<run::Audits> audits;
    if (plan.options.has_audit) {
        audits.emplace(plan, context, start.audits, keep);
    }
    run::RunOutcome outcome = run::measure_plan(plan, context, references ? &*references : nullptr,
                                                audits ? &*audits : nullptr, start.earlier, keep, progress);
    const results::RunFacts facts{start.id, start.started, utc_now(),     !outcome.is_interrupted,
                                  version,  commit,        flags.command, plan.options.seed};
    return results::document(facts, host, plan, outcome.cells);
}

void print_cells(const plan::Plan& plan) {
    for (const plan::Cell& cell : plan.cells) {
        fmt::print("{}\n", cell.key);
    }
    fmt::print(stderr, "{}\n", time_plan(plan));
}

/// Before hashing gigabytes, and before measuring: finds what can be wrong with a plan.
void check(plan::Plan& plan) {
    if (!plan.options.output.empty()) {
        check_writable(plan.options.output);
    }
    for (const std::string& requirement : plan.options.require) {
        audit::parse_requirement(requirement);
    }
    if (!plan.options.require.empty() && !plan.options.has_audit) {
        throw UsageError("--require contradicts --audit off: without an audit nothing can be shown");
    }
    if (!plan.options.keep_logs.empty()) {
        std::error_code told_by_the_check;
        std::filesystem::create_directory(plan.options.keep_logs, told_by_the_check);
        check_writable(std::filesystem::path(plan.options.keep_logs) / "audit.log");
    }
    run::find_engine(plan.options.engine);
    versus_engine(plan.options);
    for (const plan::Cell& cell : plan.cells) {
        plan::launch_setup(cell.settings, 1);
    }
    plan::check_model_files(plan);
}

}  // namespace

void add_measuring_flags(CLI::App& app, MeasuringFlags& flags) {
    app.add_flag("--resume", flags.has_resume,
                 "go on with an interrupted run of the same command, from the journal beside the output");
    app.add_flag("--dry-run", flags.is_dry_run, "print the cells' keys and measure nothing");
    app.add_flag("-q,--quiet", flags.is_quiet, "no progress on stderr");
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        const bool is_plain = word.find_first_of(" \"'{}[]()$&;|<>*?\\") == std::string::npos && !word.empty();
        text += (text.empty() ? "" : " ") + (is_plain ? word : "'" + word + "'");
    }
    return text;
}

ExitCode measure_and_show(plan::Plan plan, const MeasuringFlags& flags,
                          const std::function<std::string(const Json& document)>& render,
                          const std::function<Judgement(const Json& document)>& judge) {
    if (flags.is_dry_run) {
        print_cells(plan);
        return ExitCode::fine;
    }
    check(plan);
    std::optional<results::Journal> journal;
    const Json document = measure(flags, plan, journal);
    const bool is_complete = document.at("run").at("status") == "complete";
    if (!plan.options.output.empty()) {
        write_file(plan.options.output, readable_json(document));
    }
    if (journal && is_complete) {
        journal->remove();
    }
    const Judgement judgement = judge ? judge(document) : Judgement();
    const std::string text = render(document) + judgement.text;
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (is_complete) {
        const ExitCode of_document = results::exit_code_for(document);
        return of_document == ExitCode::fine ? judgement.code : of_document;
    }
    if (journal) {
        fmt::print(stderr,
                   "gravbench: interrupted; what was measured is in {}; the same command with --resume goes on\n",
                   plan.options.output);
    }
    return ExitCode::interrupted;
}

}  // namespace gravbench::cli
