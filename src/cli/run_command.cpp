#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/run_flags.h"
#include "gravbench_version.h"
#include "results/document.h"
#include "run/rounds.h"
#include "run/start.h"
#include "run/stop_signal.h"
#include "view/format.h"

namespace gravbench::cli {
namespace {

struct RunFlags {
    PlanFlags plan;
    std::string format;
    bool is_dry_run = false;
    bool is_quiet = false;
    bool has_resume = false;
    std::string command;
};

void print_cells(const plan::Plan& plan) {
    for (const plan::Cell& cell : plan.cells) {
        fmt::print("{}\n", cell.key);
    }
    fmt::print(stderr, "{} cells, {} launches\n", plan.cells.size(),
               plan.cells.size() * static_cast<std::size_t>(plan.options.launches));
}

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

Json measure(const RunFlags& flags, const plan::Plan& plan, std::optional<results::Journal>& journal) {
    const TemporaryFolder work_folder;
    const run::StopSignal stop;
    const machine::Machine host = machine::read_machine();
    const run::LaunchContext context{run::find_engine(plan.options.engine), plan.options,
                                     machine::usable_physical_cores(host), work_folder.path(), stop.descriptor()};
    const Json engine = run::probe_engine(context);
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
    const auto keep = [&](const results::LaunchRecord& record) {
        if (journal) {
            journal->append(record);
        }
    };
    run::RunOutcome outcome =
        run::measure_plan(plan, context, references ? &*references : nullptr, start.earlier, keep, progress);
    const results::RunFacts facts{start.id, start.started, utc_now(),     !outcome.is_interrupted,
                                  version,  commit,        flags.command, plan.options.seed};
    return results::document(facts, host, plan, outcome.cells);
}

/// Before hashing gigabytes, and before measuring: what can be wrong is found first.
void check(plan::Plan& plan) {
    if (!plan.options.output.empty()) {
        check_writable(plan.options.output);
    }
    run::find_engine(plan.options.engine);
    for (const plan::Cell& cell : plan.cells) {
        plan::launch_setup(cell.settings, 1);
    }
    plan::check_model_files(plan);
}

ExitCode run_and_show(const RunFlags& flags) {
    const view::Format& format = view::find_format(flags.format);
    plan::Plan plan = plan_from(flags.plan);
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
    const std::string text = format.render(document);
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

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        const bool is_plain = word.find_first_of(" \"'{}[]()$&;|<>*?\\") == std::string::npos && !word.empty();
        text += (text.empty() ? "" : " ") + (is_plain ? word : "'" + word + "'");
    }
    return text;
}

}  // namespace

Action set_up_run(CLI::App& app, const std::vector<std::string>& command_line) {
    auto flags = std::make_shared<RunFlags>();
    flags->format = "table";
    flags->command = joined(command_line);
    add_plan_flags(app, flags->plan);
    app.add_option("--format", flags->format,
                   fmt::format("what goes to stdout at the end: {} [table]", view::format_names()))
        ->type_name("FORMAT");
    app.add_flag("--dry-run", flags->is_dry_run, "print the cells' keys and measure nothing");
    app.add_flag("--resume", flags->has_resume,
                 "go on with an interrupted run of the same command, from the journal beside the output");
    app.add_flag("-q,--quiet", flags->is_quiet, "no progress on stderr");
    app.footer("Example: gravbench run resnet50 distilbert-sst2 --batch 1,8 --fpmath strict,bf16 -o results.json");
    return [flags] { return run_and_show(*flags); };
}

}  // namespace gravbench::cli
