#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/measuring.h"
#include "cli/presentation_flags.h"
#include "cli/run_flags.h"
#include "view/audit_view.h"

namespace gravbench::cli {
namespace {

struct AuditFlags {
    PlanFlags plan;
    MeasuringFlags measuring;
    std::string grouping = "kernel";
    PresentationFlags presentation;
};

/// An audit asks what ran: a few launches without the profile suffice to say how much of the time that was, and
/// accuracy is another question.
void apply_defaults(plan::RunOptions& options) {
    constexpr int launches_of_an_audit = 2;
    plan::Sampling& sampling = options.sampling;
    sampling.launches = options.is_given("launches") ? sampling.launches : launches_of_an_audit;
    sampling.has_fixed_launches = true;
    if (!options.is_given("yardstick") && !sampling.is_for_emulation) {
        sampling.yardstick =
            plan::YardstickUse::after_every_block;  // Limits need a peak, and an audit's time is no matter.
    }
    options.judging.has_accuracy = options.is_given("accuracy") && options.judging.has_accuracy;
}

ExitCode audit_and_show(const AuditFlags& flags) {
    const view::Presentation presentation = presentation_from(flags.presentation, view::Content::audit);
    view::check_audit_view(flags.grouping, presentation);
    return measure_and_show(layer_from(flags.plan), flags.measuring, [&](plan::Plan& plan) {
        apply_defaults(plan.options);
        return Showing{[&](const document::Document& document) {
            return view::render_audit(document, flags.grouping, presentation);
        }};
    });
}

}  // namespace

Action set_up_audit(CLI::App& app, const std::vector<std::string>& command_line) {
    auto flags = std::make_shared<AuditFlags>();
    flags->measuring.command = shell_line(command_line);
    add_plan_flags(app, flags->plan);
    app.add_option("--by", flags->grouping, fmt::format("what the rows are: {} [kernel]", view::grouping_names()))
        ->type_name("WHAT");
    add_presentation_flags(app, view::Content::audit, flags->presentation);
    add_measuring_flags(app, flags->measuring);
    app.footer(
        "Each cell has 2 launches without the profile, and no accuracy, unless told otherwise. Two cells are shown "
        "side by side.\n"
        "Example: gravbench audit resnet50 --fpmath strict,bf16 --require no-ref");
    return [flags] { return audit_and_show(*flags); };
}

}  // namespace gravbench::cli
