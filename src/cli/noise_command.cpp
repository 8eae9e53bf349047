#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/history.h"
#include "cli/measuring.h"
#include "cli/run_flags.h"
#include "compare/comparison.h"
#include "document/writer.h"
#include "run/stop_signal.h"
#include "view/noise_view.h"
#include "view/terminal.h"

namespace gravbench::cli {
namespace {

constexpr int fewest_runs = 3;  ///< from which a spread can be told
constexpr int most_runs = 1000;

struct NoiseFlags {
    PlanFlags plan;
    MeasuringFlags measuring;
    int runs = 0;       ///< 0 is one run, within which cells are measured against themselves
    std::string every;  ///< empty where it is not given
};

void set_default(NoiseFlags& flags, const char* name, const char* value) {
    if (flags.plan.given[name].empty()) {
        flags.plan.given[name].push_back(value);
    }
}

/// The same settings twice, for as long as is asked for: no outputs, no audit, and no end before the time is over.
plan::Layer noise_layer(NoiseFlags& flags) {
    set_default(flags, "versus", plan::RunOptions::same_settings);
    set_default(flags, "max-time", "1m");
    set_default(flags, "accuracy", "off");
    set_default(flags, "audit", "off");
    set_default(flags, "precision", "0.1%");
    return layer_from(flags.plan);
}

ExitCode measure_noise(NoiseFlags& flags) {
    return measure_and_show(noise_layer(flags), flags.measuring, [](plan::Plan& plan) {
        const compare::ComparisonOptions options{{plan.options.stopping.metric}, {plan.options.judging.tolerance}};
        return Showing{[options](const document::Document& document) {
            return view::render_noise(document, compare::compare_versus(document, options), view::terminal_width());
        }};
    });
}

/// What runs one after the other are measured with: each as `gravbench run` does it, but for what does not take part in
/// its figures.
plan::Layer runs_layer(NoiseFlags& flags) {
    set_default(flags, "accuracy", "off");
    set_default(flags, "audit", "off");
    return layer_from(flags.plan);
}

void check_runs(const plan::Plan& plan, const NoiseFlags& flags) {
    if (plan.options.has_versus()) {
        throw UsageError("--runs contradicts --versus: it measures how runs differ, not variants of one");
    }
    if (!plan.options.places.output.empty()) {
        throw UsageError("--runs contradicts -o: each run has a document of its own, in the user's data folder");
    }
    if (flags.measuring.has_resume) {
        throw UsageError("--runs contradicts --resume: runs that are complete are kept, and later ones are added");
    }
}

/// Runs of the same cells, one after the other, each kept as soon as it is complete.
class Runs {
  public:
    explicit Runs(NoiseFlags& flags)
        : flags_(flags), every_(parse_duration(flags.every.empty() ? "10m" : flags.every, "--every")) {}

    ExitCode measure() {
        const plan::Layer layer = runs_layer(flags_);
        if (!flags_.measuring.is_dry_run) {
            make_folders(folder_);
            check_writable(folder_ / "run.json");
        }
        const std::int64_t began_ns = monotonic_ns();
        ExitCode gravest = ExitCode::fine;
        for (int run = 0; run < flags_.runs; ++run) {
            if (run > 0 && is_stopped_before(run, began_ns + run * every_.count())) {
                return ExitCode::interrupted;
            }
            const ExitCode code = measure_and_show(layer, flags_.measuring, [&](plan::Plan& plan) {
                check_runs(plan, flags_);
                metric_ = plan.options.stopping.metric;
                return Showing{[](const document::Document&) { return std::string(); },
                               [&, run](const document::Document& document) { return keep(document, run); }};
            });
            const bool is_over = code == ExitCode::interrupted || code == ExitCode::not_written;
            // What fails once would fail again, an hour long.
            if (flags_.measuring.is_dry_run || is_over || code == ExitCode::cell_failed) {
                return code;
            }
            gravest = std::max(gravest, code);
        }
        return gravest;
    }

    /// What the runs tell, with those of this machine that were kept before.
    std::string shown() const {
        if (!last_) {
            return "";
        }
        compare::RunHistory history({metric_});
        add_folder(folder_, history);
        return view::render_run_spread(*last_, compare::find_metric(metric_), history, view::terminal_width());
    }

  private:
    /// The pause before a run; whether a signal came meanwhile.
    bool is_stopped_before(int run, std::int64_t then_ns) const {
        const std::chrono::nanoseconds pause(std::max<std::int64_t>(0, then_ns - monotonic_ns()));
        if (!flags_.measuring.is_quiet && pause > std::chrono::seconds(1)) {
            print_to(stderr,
                     fmt::format("run {} of {} begins in {}\n", run + 1, flags_.runs, describe_duration(pause)));
        }
        return stop_.is_raised_within(pause);
    }

    Judgement keep(const document::Document& document, int run) {
        if (!document.run.is_complete) {
            return {};
        }
        const std::filesystem::path file = folder_ / (document.run.id + ".json");
        const std::string text = document::to_text(document);
        try {
            write_file(file, text);
        } catch (const DataError& error) {
            print_to(stderr, fmt::format("gravbench: {}; the document goes to stdout instead\n", error.what()));
            return {text, ExitCode::not_written};
        }
        last_ = document;
        return {fmt::format("run {} of {}: {}\n", run + 1, flags_.runs, file.string())};
    }

    NoiseFlags& flags_;
    /// Of the pauses too: a signal must not end the process between two runs.
    run::StopSignal stop_;
    std::chrono::nanoseconds every_;
    std::filesystem::path folder_ = noise_folder(machine::read_machine());
    std::string metric_;
    std::optional<document::Document> last_;
};

ExitCode measure_runs(NoiseFlags& flags) {
    Runs runs(flags);
    const ExitCode code = runs.measure();
    print_to(stdout, runs.shown());
    return code;
}

}  // namespace

Action set_up_noise(CLI::App& app, const std::vector<std::string>& command_line) {
    auto flags = std::make_shared<NoiseFlags>();
    flags->measuring.command = shell_line(command_line);
    add_plan_flags(app, flags->plan);
    app.add_option("--runs", flags->runs, "measure how far so many runs differ, one after the other")
        ->type_name("N")
        ->check(CLI::Range(fewest_runs, most_runs))
        ->take_last()
        ->group("Measuring");
    app.add_option("--every", flags->every, "from the start of one of --runs to that of the next [10m]")
        ->type_name("DURATION")
        ->take_last()
        ->group("Measuring");
    add_measuring_flags(app, flags->measuring);
    app.footer(
        "Each cell is measured against itself for --max-time (1m), and the table says how small a difference such a\n"
        "measurement would show in how much time. Example: gravbench noise distilbert-sst2 --max-time 2m\n"
        "With --runs it is measured again and again, and the table says how far runs differ. They are kept in the\n"
        "user's data folder, and later comparisons of two runs on this kind of machine are judged by them: spread\n"
        "them over as much time as lies between the runs that will be compared.\n"
        "Example: gravbench noise distilbert-sst2 --runs 10 --every 10m");
    return [flags] {
        if (flags->runs == 0 && !flags->every.empty()) {
            throw UsageError("--every needs --runs: it is the time from one run to the next");
        }
        return flags->runs > 0 ? measure_runs(*flags) : measure_noise(*flags);
    };
}

}  // namespace gravbench::cli
