#include "cli/measuring.h"

#include <fmt/format.h>
#include <unistd.h>

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
        --launches[launch.cell];
    }
    return launches;
}

Json measure(const MeasuringFlags& flags, plan::Plan& plan, std::optional<results::Journal>& journal) {
    const TemporaryFolder work_folder;
    const run::StopSignal stop;
    const machine::Machine host = machine::read_machine();
    run::LaunchContext context{run::find_engine(plan.options.engine), plan.options,
                               machine::usable_physical_cores(host), work_folder.path(), stop.descriptor()};
    const Json engine = run::probe_engine(context);
    if (!machine::is_same_cpu(engine.at("arch").get<std::string>(), engine.at("cpu").get<std::string>(), host)) {
        plan.options = plan::for_emulation(plan.options);
        context.options = plan.options;
        plan.notes.push_back("the engine is emulated: its times mean nothing, so it measures no more than it must");
    }
    run::Start start = run::begin(plan, host, engine, flags.has_resume);
    if (start.journal) {
        journal.emplace(std::move(*start.journal));
    }
    std::optional<run::References> references;
    if (plan.options.has_accuracy) {
        references.emplace(context, engine, user_cache_folder() / "references");
    }
    run::Progress progress(flags.is_quiet ? nullptr : stderr, ::isatty(STDERR_FILENO) != 0,
                           launches_to_come(plan, start.earlier));
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
    fmt::print(stderr, "{} cells, {} launches\n", plan.cells.size(),
               plan.cells.size() * static_cast<std::size_t>(plan.options.launches));
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
                          const std::function<std::string(const Json& document)>& render) {
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
    const std::string text = render(document);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (is_complete) {
        return results::exit_code_for(document);
    }
    if (journal) {
        fmt::print(stderr,
                   "gravbench: interrupted; what was measured is in {}; the same command with --resume goes on\n",
                   plan.options.output);
    }
    return ExitCode::interrupted;
}

}  // namespace gravbench::cli
