#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <random>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/run_flags.h"
#include "gravbench_version.h"
#include "results/document.h"
#include "results/journal.h"
#include "run/rounds.h"
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

/// What must be equal for a journal's launches to belong to this run.
std::string fingerprint(const plan::Plan& plan) {
    Json identity = Json::array();
    for (const plan::Cell& cell : plan.cells) {
        identity.push_back({cell.key, plan.models[cell.model].files.at(cell.dtype()).sha256});
    }
    const plan::RunOptions& run = plan.options;
    identity.push_back(
        {run.seed, run.iterations.value_or(0), run.duration.count(), run.warmup, run.warmup_time.count()});
    return sha256_of_text(identity.dump());
}

std::string new_id() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

/// A run's identity, and the launches that an earlier, interrupted try has made already.
struct Start {
    std::string id = new_id();
    std::string started = utc_now();
    std::vector<results::LaunchRecord> earlier;
    std::optional<results::Journal> journal;
};

Start resumed(const std::filesystem::path& path, const plan::Plan& plan) {
    results::JournalContent content = results::read_journal(path);
    if (content.header.value("fingerprint", "") != fingerprint(plan)) {
        throw UsageError(fmt::format(
            "--resume: {} is of a run with other cells, models or options; give the same command, or remove it",
            path.string()));
    }
    Start start{content.header.value("id", new_id()),
                content.header.value("started", utc_now()),
                {},
                results::Journal::append_to(path)};
    for (results::LaunchRecord& launch : content.launches) {
        if (launch.is_complete()) {  // What failed is tried again.
            start.earlier.push_back(std::move(launch));
        }
    }
    return start;
}

Start begin(const RunFlags& flags, const plan::Plan& plan) {
    if (plan.options.output.empty()) {
        return {};
    }
    const auto path = results::journal_path(plan.options.output);
    if (std::filesystem::exists(path)) {
        if (flags.has_resume) {
            return resumed(path, plan);
        }
        const std::string aside = path.string() + ".previous";
        std::filesystem::rename(path, aside);
        fmt::print(stderr,
                   "gravbench: an interrupted run left {}; it is kept as {} (--resume would have gone on with it)\n",
                   path.string(), aside);
    }
    Start start;
    if (std::filesystem::exists(std::filesystem::status(plan.options.output)) &&
        !std::filesystem::is_regular_file(plan.options.output)) {
        return start;  // A device or a pipe has no place beside it.
    }
    const Json header{{"schema", "gravbench.journal/1"},
                      {"id", start.id},
                      {"started", start.started},
                      {"fingerprint", fingerprint(plan)}};
    start.journal.emplace(results::Journal::create(path, header));
    return start;
}

/// One short launch that tells who the engine is, before anything is measured: a wrong engine is found in a second.
Json probe_engine(const run::LaunchContext& context) {
    const auto log = context.work_folder / "probe.log";
    try {
        run::EngineClient client(context.engine, run::inherited_environment(), log, context.options.timeout,
                                 context.stop_descriptor);
        const Json engine = run::engine_json(client.hello());
        client.quit();
        return engine;
    } catch (const EngineError& error) {
        const std::string tail = run::log_tail(log);
        throw EngineError(error.problem(), fmt::format("{}: {}{}", context.engine.command.front(), error.what(),
                                                       tail.empty() ? "" : "; its log: " + tail));
    }
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

Json measure(const RunFlags& flags, const plan::Plan& plan, Start& start) {
    const TemporaryFolder work_folder;
    const run::StopSignal stop;
    const machine::Machine host = machine::read_machine();
    const run::LaunchContext context{run::find_engine(plan.options.engine), plan.options,
                                     machine::usable_physical_cores(host), work_folder.path(), stop.descriptor()};
    const Json engine = probe_engine(context);
    std::optional<run::References> references;
    if (plan.options.has_accuracy) {
        references.emplace(context, engine, user_cache_folder() / "references");
    }
    run::Progress progress(flags.is_quiet ? nullptr : stderr, ::isatty(STDERR_FILENO) != 0,
                           launches_to_come(plan, start.earlier));
    for (const std::string& note : plan.notes) {
        progress.note("note: " + note);
    }
    const auto keep = [&](const results::LaunchRecord& record) {
        if (start.journal) {
            start.journal->append(record);
        }
    };
    run::RunOutcome outcome =
        run::measure_plan(plan, context, references ? &*references : nullptr, start.earlier, keep, progress);
    const results::RunFacts facts{start.id, start.started, utc_now(),     !outcome.is_interrupted,
                                  version,  commit,        flags.command, plan.options.seed};
    return results::document(facts, host, plan, outcome.cells);
}

ExitCode run_and_show(const RunFlags& flags) {
    const view::Format& format = view::find_format(flags.format);
    plan::Plan plan = plan_from(flags.plan);
    if (flags.is_dry_run) {
        print_cells(plan);
        return ExitCode::fine;
    }
    if (!plan.options.output.empty()) {
        check_writable(plan.options.output);
    }
    // Before hashing gigabytes, and before measuring: what can be wrong is found first.
    run::find_engine(plan.options.engine);
    for (const plan::Cell& cell : plan.cells) {
        plan::launch_setup(cell.settings, 1);
    }
    plan::check_model_files(plan);
    Start start = begin(flags, plan);
    const Json document = measure(flags, plan, start);
    const bool is_complete = document.at("run").at("status") == "complete";
    if (!plan.options.output.empty()) {
        write_file(plan.options.output, readable_json(document));
        if (start.journal && is_complete) {
            start.journal->remove();
        }
    }
    const std::string text = format.render(document);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (!is_complete) {
        if (start.journal) {
            fmt::print(stderr,
                       "gravbench: interrupted; what was measured is in {}; the same command with --resume goes on\n",
                       plan.options.output);
        }
        return ExitCode::interrupted;
    }
    return results::exit_code_for(document);
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
