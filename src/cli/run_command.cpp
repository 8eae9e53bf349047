#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/measuring.h"
#include "cli/run_flags.h"
#include "view/format.h"

namespace gravbench::cli {
namespace {

struct RunFlags {
    PlanFlags plan;
    MeasuringFlags measuring;
    std::string format;
};

ExitCode run_and_show(const RunFlags& flags) {
    const view::Format& format = view::find_format(flags.format);
    return measure_and_show(plan_from(flags.plan), flags.measuring, format.render);
}

}  // namespace

Action set_up_run(CLI::App& app, const std::vector<std::string>& command_line) {
    auto flags = std::make_shared<RunFlags>();
    flags->format = "table";
    flags->measuring.command = joined(command_line);
    add_plan_flags(app, flags->plan);
    app.add_option("--format", flags->format,
                   fmt::format("what goes to stdout at the end: {} [table]", view::format_names()))
        ->type_name("FORMAT");
    add_measuring_flags(app, flags->measuring);
    app.footer("Example: gravbench run resnet50 distilbert-sst2 --batch 1,8 --fpmath strict,bf16 -o results.json");
    return [flags] { return run_and_show(*flags); };
}

}  // namespace gravbench::cli
