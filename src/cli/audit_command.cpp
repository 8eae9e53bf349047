#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/measuring.h"
#include "cli/run_flags.h"
#include "view/audit_view.h"

namespace gravbench::cli {
namespace {

struct AuditFlags {
    PlanFlags plan;
    MeasuringFlags measuring;
    std::string grouping = "kernel";
    std::string format = "table";
};

/// An audit asks what ran: a few launches without the profile suffice to say how much of the time that was, and
/// accuracy is another question.
void apply_defaults(plan::RunOptions& options) {
    constexpr int launches_of_an_audit = 2;
    options.launches = options.given.count("launches") == 0 ? launches_of_an_audit : options.launches;
    options.has_fixed_launches = true;
    options.has_accuracy = options.given.count("accuracy") != 0 && options.has_accuracy;
}

ExitCode audit_and_show(const AuditFlags& flags) {
    view::check_audit_view(flags.grouping, flags.format);
    plan::Plan plan = plan_from(flags.plan);
    apply_defaults(plan.options);
    return measure_and_show(plan, flags.measuring, [&flags](const Json& document) {
        return view::render_audit(document, flags.grouping, flags.format);
    });
}

}  // namespace

Action set_up_audit(CLI::App& app, const std::vector<std::string>& command_line) {
    auto flags = std::make_shared<AuditFlags>();
    flags->measuring.command = joined(command_line);
    add_plan_flags(app, flags->plan);
    app.add_option("--by", flags->grouping, fmt::format("what the rows are: {} [kernel]", view::grouping_names()))
        ->type_name("WHAT");
    app.add_option("--format", flags->format, fmt::format("{} [table]", view::audit_format_names()))
        ->type_name("FORMAT");
    add_measuring_flags(app, flags->measuring);
    app.footer(
        "Each cell has 2 launches without the profile, and no accuracy, unless told otherwise. Two cells are shown "
        "side by side.\n"
        "Example: gravbench audit resnet50 --fpmath strict,bf16 --require no-ref");
    return [flags] { return audit_and_show(*flags); };
}

}  // namespace gravbench::cli
