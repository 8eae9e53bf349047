#include <fmt/format.h>

#include <memory>
#include <optional>

#include "base/errors.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/measuring.h"
#include "cli/run_flags.h"
#include "compare/comparison.h"
#include "view/comparison_view.h"
#include "view/format.h"

namespace gravbench::cli {
namespace {

struct RunFlags {
    PlanFlags plan;
    MeasuringFlags measuring;
    std::string format = "table";
    std::string baseline;
    std::string comparison_output;
};

/// The verdicts of a run that has something to be judged against: its own second variants, or an earlier run.
Judgement judge(const RunFlags& flags, const plan::RunOptions& options,
                const std::optional<compare::MeasuredDocument>& baseline, const Json& document) {
    const auto measured = compare::measured_from(document, options.output.empty() ? "this run" : options.output);
    const compare::ComparisonOptions asked{{options.metric}, {options.tolerance}};
    const compare::Comparison comparison =
        baseline ? compare::compare(*baseline, measured, compare::match(*baseline, {}, measured, {}), asked)
                 : compare::compare_versus(measured, asked);
    if (!flags.comparison_output.empty()) {
        write_file(flags.comparison_output, readable_json(compare::to_json(comparison)));
    }
    // A document that goes to stdout as JSON or CSV must stay one.
    const bool is_for_people = flags.format == "table" || flags.format == "markdown";
    return {is_for_people ? "\n" + view::render_comparison(comparison, flags.format) : "",
            compare::exit_code_for(comparison)};
}

ExitCode run_and_show(RunFlags flags) {
    const view::Format& format = view::find_format(flags.format);
    std::optional<compare::MeasuredDocument> baseline;
    if (!flags.baseline.empty()) {
        baseline = compare::read_measured(flags.baseline);
        flags.plan.baseline_given = baseline->run.value("given", Json::object());
    }
    const plan::Plan plan = plan_from(flags.plan);
    if (baseline && plan.options.has_versus()) {
        throw UsageError("--baseline contradicts --versus: a run is judged by an earlier one, or by its own variants");
    }
    if (!flags.comparison_output.empty()) {
        check_writable(flags.comparison_output);
    }
    if (!baseline && !plan.options.has_versus()) {
        if (!flags.comparison_output.empty()) {
            throw UsageError(
                "--comparison needs --baseline, --versus or --versus-engine: there is nothing to compare with");
        }
        return measure_and_show(plan, flags.measuring, format.render);
    }
    return measure_and_show(plan, flags.measuring, format.render,
                            [&](const Json& document) { return judge(flags, plan.options, baseline, document); });
}

}  // namespace

Action set_up_run(CLI::App& app, const std::vector<std::string>& command_line) {
    auto flags = std::make_shared<RunFlags>();
    flags->measuring.command = joined(command_line);
    add_plan_flags(app, flags->plan);
    app.add_option("--baseline", flags->baseline,
                   "an earlier results document: measure what it measured, and judge against it")
        ->type_name("FILE")
        ->group("Measuring");
    app.add_option("--comparison", flags->comparison_output,
                   "write the verdicts of --versus or --baseline there, as JSON")
        ->type_name("FILE")
        ->group("Measuring");
    app.add_option("--format", flags->format,
                   fmt::format("what goes to stdout at the end: {} [table]", view::format_names()))
        ->type_name("FORMAT");
    add_measuring_flags(app, flags->measuring);
    app.footer(
        "Examples: gravbench run resnet50 distilbert-sst2 --batch 1,8 --fpmath strict,bf16 -o results.json\n"
        "          gravbench run resnet50 --versus fpmath=bf16 --tolerance 3%   (exit code 1 if that is slower)\n"
        "          gravbench run --baseline results.json -o new.json");
    return [flags] { return run_and_show(*flags); };
}

}  // namespace gravbench::cli
