#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/baseline.h"
#include "cli/command.h"
#include "cli/history.h"
#include "cli/measuring.h"
#include "cli/presentation_flags.h"
#include "cli/run_flags.h"
#include "compare/comparison.h"
#include "compare/comparison_json.h"
#include "view/comparison_view.h"
#include "view/render.h"

namespace gravbench::cli {
namespace {

struct RunFlags {
    PlanFlags plan;
    MeasuringFlags measuring;
    PresentationFlags presentation;
    std::string baseline;
    std::string baseline_engine;  ///< empty where it is not given
    HistoryFlags history;
    std::string comparison_output;
};

/// What a run is judged against: an earlier one, or its own second variants where there are some.
struct Judge {
    const Baseline* baseline;  ///< nullptr where there is none
    compare::ComparisonOptions options;
    compare::RunHistory history;
    std::string comparison_output;
    view::Presentation presentation;

    compare::Comparison compared(const document::Document& document) const {
        if (baseline == nullptr || baseline->is_measured_again()) {
            return compare::compare_versus(document, options);
        }
        return compare::compare(baseline->document, document, match_stored(*baseline, document), options, history);
    }

    Judgement operator()(const document::Document& document) const {
        const compare::Comparison comparison = compared(document);
        if (!comparison_output.empty()) {
            write_file(comparison_output, readable_json(compare::to_json(comparison)));
        }
        // A document that goes to stdout as JSON or CSV must stay one.
        const bool is_for_people = view::find_format(view::Content::results, presentation.format).is_for_people;
        view::Presentation own = presentation;
        own.columns.clear();  // Those that were chosen are the document's.
        if (!is_for_people) {
            return {"", compare::exit_code_for(comparison)};
        }
        const std::string moved = baseline == nullptr ? "" : stored_lines(*baseline, document, options.metrics.front());
        return {"\n" + view::render_comparison(comparison, own) + moved, compare::exit_code_for(comparison)};
    }
};

/// What earlier runs tell, on this machine and on the baseline's. Read before anything is measured: what is wrong with
/// it must not cost a run.
compare::RunHistory history_of(const RunFlags& flags, const document::Document& baseline, const std::string& metric) {
    std::vector<machine::Machine> machines{machine::read_machine()};
    for (const document::Machine& machine : baseline.machines) {
        machines.push_back(machine.host);
    }
    return history_for(flags.history, machines, {metric});
}

/// What the flags of judging contradict in the plan.
void check(const RunFlags& flags, const Baseline* baseline, const plan::Plan& plan) {
    const bool has_baseline = baseline != nullptr;
    if (!has_baseline && !flags.baseline_engine.empty()) {
        throw UsageError("--baseline-engine needs --baseline: it is what that was measured with");
    }
    if (has_baseline && !baseline->is_measured_again() && plan.options.has_versus()) {
        throw UsageError("--baseline contradicts --versus: a run is judged by an earlier one, or by its own variants");
    }
    if (!has_baseline && !flags.history.folders.empty()) {
        throw UsageError("--history needs --baseline: the variants of one run are compared by its own launches");
    }
    if (flags.comparison_output.empty()) {
        return;
    }
    if (!has_baseline && !plan.options.has_versus()) {
        throw UsageError(
            "--comparison needs --baseline, --versus or --versus-engine: there is nothing to compare with");
    }
    check_writable(flags.comparison_output);
    for (const std::string& other : {plan.options.places.output, flags.baseline}) {
        if (!other.empty() && is_same_file(flags.comparison_output, other)) {
            throw UsageError(fmt::format("--comparison {}: is the same file as {}; give another name",
                                         flags.comparison_output, other));
        }
    }
}

ExitCode run_and_show(RunFlags flags) {
    const view::Presentation presentation = presentation_from(flags.presentation, view::Content::results);
    std::optional<Baseline> baseline;
    if (!flags.baseline.empty()) {
        baseline = read_baseline(flags.baseline);
        flags.plan.baseline_given = baseline->document.run.given;
    }
    plan::Layer given = layer_from(flags.plan);
    if (baseline) {
        given = with_old_engine(std::move(given), flags.baseline_engine, *baseline);
    }
    return measure_and_show(given, flags.measuring, [&](plan::Plan& plan) {
        check(flags, baseline ? &*baseline : nullptr, plan);
        Showing showing{
            [&](const document::Document& document) { return view::render_results(document, presentation); }};
        const std::string& metric = plan.options.stopping.metric;
        // Not within the initialiser below: GCC 12 destroys what it has not made where a part of one throws.
        compare::RunHistory history = baseline ? history_of(flags, baseline->document, metric) : compare::RunHistory();
        if (baseline) {
            tell(*baseline, plan);
            if (baseline->is_measured_again() && !flags.history.folders.empty()) {
                plan.notes.emplace_back("--history is for verdicts on two runs, and not needed here");
            }
        }
        if (baseline || plan.options.has_versus()) {
            showing.judge = Judge{baseline ? &*baseline : nullptr,
                                  {{metric}, {plan.options.judging.tolerance}},
                                  std::move(history),
                                  flags.comparison_output,
                                  presentation};
        }
        return showing;
    });
}

}  // namespace

Action set_up_run(CLI::App& app, const std::vector<std::string>& command_line) {
    auto flags = std::make_shared<RunFlags>();
    flags->measuring.command = shell_line(command_line);
    add_plan_flags(app, flags->plan);
    app.add_option("--baseline", flags->baseline,
                   "an earlier results document: measure what it measured, and judge against it")
        ->type_name("FILE")
        ->group("Measuring");
    app.add_option("--baseline-engine", flags->baseline_engine,
                   "the engine that --baseline was measured with: it is measured again beside the new one, and the "
                   "verdict is between the two now; none: by the stored figures (where it is still there, unchanged, "
                   "the baseline's own)")
        ->type_name("PATH")
        ->group("Measuring");
    app.add_option("--comparison", flags->comparison_output,
                   "write the verdicts of --versus or --baseline there, as JSON")
        ->type_name("FILE")
        ->group("Measuring");
    add_history_flag(app, flags->history)->group("Measuring");
    add_presentation_flags(app, view::Content::results, flags->presentation);
    add_measuring_flags(app, flags->measuring);
    app.footer(
        "Examples: gravbench run resnet50 distilbert-sst2 --batch 1,8 --fpmath strict,bf16 -o results.json\n"
        "          gravbench run resnet50 --versus fpmath=bf16 --tolerance 3%   (exit code 1 if that is slower)\n"
        "          gravbench run --baseline results.json -o new.json");
    return [flags] { return run_and_show(*flags); };
}

}  // namespace gravbench::cli
