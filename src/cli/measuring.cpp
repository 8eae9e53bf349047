#include "cli/measuring.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "cli/planning.h"
#include "document/build.h"
#include "document/writer.h"
#include "gravbench_version.h"
#include "run/design.h"
#include "run/real_world.h"
#include "run/session.h"
#include "run/start.h"
#include "run/stop_signal.h"
#include "run/yardstick.h"

namespace gravbench::cli {
namespace {

std::map<std::string, int> launches_to_come(const plan::Plan& plan, const std::vector<records::LaunchRecord>& earlier) {
    std::map<std::string, int> launches;
    for (const plan::Cell& cell : plan.cells) {
        launches[cell.key] = plan.options.sampling.launches;
    }
    for (const records::LaunchRecord& launch : earlier) {
        if (launch.launch.number < plan.options.sampling.launches) {  // Those beyond are announced as they come.
            launches[launch.cell] = std::max(0, launches[launch.cell] - 1);
        }
    }
    return launches;
}

using Warn = std::function<void(const std::string& text)>;

/// Appends to the journal. That it is lost costs no measurement: it is said once, and measuring goes on.
template <typename Record>
void keep(std::optional<records::Journal>& journal, const Record& record, const Warn& warn) {
    if (!journal || journal->failure()) {
        return;
    }
    journal->append(record);
    if (journal->failure()) {
        warn(fmt::format("{}; measuring goes on, but an interrupted run could not be resumed", *journal->failure()));
    }
}

int most_threads(const plan::Plan& plan, int physical_cores) {
    int most = 1;
    for (const plan::Cell& cell : plan.cells) {
        most = std::max(most, plan::threads_of(cell.settings, physical_cores));
    }
    return most;
}

/// After the last launch, so that it disturbs none.
void add_practical_peaks(run::Yardstick& yardstick, run::Progress& progress, records::RunOutcome& outcome) {
    if (outcome.is_interrupted) {
        return;
    }
    outcome.practical = yardstick.practical_peaks();
    if (!yardstick.practical_trouble().empty()) {
        progress.note(fmt::format("note: no practical peak beside the yardstick's: {}", yardstick.practical_trouble()));
    }
}

records::RunOutcome measure(const Prepared& prepared, run::Start& start, run::Progress& progress, const Warn& warn,
                            std::int64_t began_ns, const run::StopSignal& stop) {
    const TemporaryFolder work_folder;
    const plan::Plan& plan = prepared.plan;
    const int cores = machine::usable_physical_cores(prepared.host);
    run::Yardstick::Options of_yardstick{executable_folder() / "gravbench-yardstick", most_threads(plan, cores),
                                         work_folder.path(), stop.descriptor(), plan.options.sampling.yardstick};
    of_yardstick.most_time = plan.options.stopping.max_time;
    run::Yardstick yardstick(std::move(of_yardstick), began_ns);
    const bool is_placed = plan.options.sampling.placement == plan::Placement::same;
    const run::LaunchContext context{
        prepared.engines,   plan.options.sampling, cores,
        work_folder.path(), stop.descriptor(),     is_placed ? machine::usable_cores() : std::vector<machine::Core>(),
        &yardstick};
    std::optional<run::References> references;
    if (plan.options.judging.has_accuracy) {
        references.emplace(context, plan, user_cache_folder() / "references");
    }
    run::RealWorld world(plan, context, references ? &*references : nullptr, warn);
    const std::unique_ptr<run::Design> design = run::design_for(plan);
    const run::Keep to_journal{[&](const auto& record) { keep(start.journal, record, warn); },
                               [&](const auto& record) { keep(start.journal, record, warn); }};
    run::Session session(plan, world, *design, to_journal, progress, began_ns);
    session.adopt(std::move(start.launches), start.audits);
    records::RunOutcome outcome = session.run();
    outcome.yardstick = yardstick.description();
    add_practical_peaks(yardstick, progress, outcome);
    if (!yardstick.trouble().empty()) {
        warn(fmt::format("the yardstick: {}; from then on the document does not say what the machine itself could do",
                         yardstick.trouble()));
    }
    return outcome;
}

document::Document document_of(const Prepared& prepared, const run::Start& start, const MeasuringFlags& flags,
                               const records::RunOutcome& outcome) {
    document::Run run;
    run.id = start.id;
    run.started = start.started;
    run.finished = utc_now();
    run.tool = {version, commit};
    run.command = flags.command;
    run.seed = prepared.plan.options.sampling.seed;
    document::Document document = document::build(std::move(run), prepared.host, prepared.plan, outcome);
    const std::string& output = prepared.plan.options.places.output;
    document.name = output.empty() ? "this run" : output;
    return document;
}

/// Writes the document to its place; where that cannot be, to stdout, so that nothing measured is lost.
bool write_document(const document::Document& document, const std::string& output) {
    if (output.empty()) {
        return true;
    }
    const std::string text = document::to_text(document);
    try {
        write_file(output, text);
        return true;
    } catch (const DataError& error) {
        print_to(stderr, fmt::format("gravbench: {}; the document goes to stdout instead\n", error.what()));
    }
    if (!print_to(stdout, text)) {
        print_to(stderr, "gravbench: stdout cannot be written either: what was measured is lost\n");
    }
    return false;
}

/// What goes to stdout at the end, and what the run exits with.
ExitCode show(const document::Document& document, const Showing& showing) {
    const ExitCode of_document = document::exit_code_for(document);
    Judgement judgement;
    try {
        judgement = showing.judge ? showing.judge(document) : Judgement();
    } catch (const DataError& error) {  // What was measured is shown all the same.
        print_to(stderr, fmt::format("gravbench: {}\n", error.what()));
        judgement = {"", ExitCode::not_written};
    }
    if (!print_to(stdout, showing.render(document) + judgement.text)) {
        print_to(stderr, "gravbench: stdout cannot be written\n");
        return ExitCode::not_written;
    }
    return of_document == ExitCode::fine || judgement.code == ExitCode::not_written ? judgement.code : of_document;
}

void print_cells(const plan::Plan& plan) {
    for (const plan::Cell& cell : plan.cells) {
        print_to(stdout, cell.key + "\n");
    }
    for (const std::string& note : plan.notes) {
        print_to(stderr, fmt::format("note: {}\n", note));
    }
    print_to(stderr, fmt::format("{}\n", time_plan(plan)));
}

void print_notes(const run::Start& start, const plan::Plan& plan, run::Progress& progress) {
    std::vector<std::string> notes = start.notes;
    notes.push_back(time_plan(plan));
    notes.insert(notes.end(), plan.notes.begin(), plan.notes.end());
    for (const std::string& note : notes) {
        progress.note("note: " + note);
    }
}

/// A run whose document stands where it should needs its journal no more; an interrupted one does.
ExitCode end(const document::Document& document, run::Start& start, const Showing& showing, const std::string& output) {
    if (!write_document(document, output)) {
        return ExitCode::not_written;
    }
    if (document.run.is_complete && start.journal) {
        start.journal->remove();
    }
    const ExitCode code = show(document, showing);
    if (document.run.is_complete || code == ExitCode::not_written) {
        return code;
    }
    if (start.journal && !start.journal->failure()) {
        print_to(
            stderr,
            fmt::format("gravbench: interrupted; what was measured is in {}; the same command with --resume goes on\n",
                        output));
    }
    return ExitCode::interrupted;
}

}  // namespace

void add_measuring_flags(CLI::App& app, MeasuringFlags& flags) {
    app.add_flag("--resume", flags.has_resume,
                 "go on with an interrupted run of the same command, from the journal beside the output");
    app.add_flag("--dry-run", flags.is_dry_run, "check all that a run would, print the cells' keys, measure nothing");
    app.add_flag("-q,--quiet", flags.is_quiet, "no progress on stderr");
}

ExitCode measure_and_show(const plan::Layer& given, const MeasuringFlags& flags, const Complete& complete) {
    const std::int64_t began_ns = monotonic_ns();
    Showing showing;
    std::optional<records::OutputLock> lock;
    const auto check = [&](plan::Plan& plan) {
        showing = complete(plan);
        run::check_resume(plan, flags.has_resume);
        if (!lock && !flags.is_dry_run) {
            if (auto held = run::lock_output(plan)) {
                lock.emplace(std::move(*held));
            }
        }
    };
    const Prepared prepared = prepare(given, check);
    const plan::Plan& plan = prepared.plan;
    if (flags.is_dry_run) {
        print_cells(plan);
        return ExitCode::fine;
    }
    if (!plan.options.places.keep_logs.empty()) {
        std::filesystem::create_directory(plan.options.places.keep_logs);
    }
    // Until all is shown: a second Ctrl-C must not cost what the first one kept.
    const run::StopSignal stop;
    run::Start start = run::begin(plan, prepared.host, flags.has_resume);
    run::Progress progress(flags.is_quiet ? nullptr : stderr, ::isatty(STDERR_FILENO) != 0,
                           launches_to_come(plan, start.launches));
    if (lock && lock->unlocked_because()) {
        start.notes.push_back(*lock->unlocked_because());
    }
    print_notes(start, plan, progress);
    const Warn warn = [&](const std::string& text) {
        if (flags.is_quiet) {
            print_to(stderr, fmt::format("warning: {}\n", text));
        } else {
            progress.note("warning: " + text);
        }
    };
    const records::RunOutcome outcome = measure(prepared, start, progress, warn, began_ns, stop);
    return end(document_of(prepared, start, flags, outcome), start, showing, plan.options.places.output);
}

}  // namespace gravbench::cli
