#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/measuring.h"
#include "cli/run_flags.h"
#include "compare/comparison.h"
#include "view/noise_view.h"
#include "view/terminal.h"

namespace gravbench::cli {
namespace {

struct NoiseFlags {
    PlanFlags plan;
    MeasuringFlags measuring;
};

/// The same settings twice, for as long as is asked for: no outputs, no audit, and no end before the time is over.
plan::Layer noise_layer(NoiseFlags& flags) {
    const auto set_default = [&](const char* name, const char* value) {
        if (flags.plan.given[name].empty()) {
            flags.plan.given[name].push_back(value);
        }
    };
    set_default("versus", plan::RunOptions::same_settings);
    set_default("max-time", "1m");
    set_default("accuracy", "off");
    set_default("audit", "off");
    set_default("precision", "0.1%");
    return layer_from(flags.plan);
}

ExitCode measure_noise(NoiseFlags flags) {
    return measure_and_show(noise_layer(flags), flags.measuring, [](plan::Plan& plan) {
        const compare::ComparisonOptions options{{plan.options.stopping.metric}, {plan.options.judging.tolerance}};
        return Showing{[options](const document::Document& document) {
            return view::render_noise(document, compare::compare_versus(document, options), view::terminal_width());
        }};
    });
}

}  // namespace

Action set_up_noise(CLI::App& app, const std::vector<std::string>& command_line) {
    auto flags = std::make_shared<NoiseFlags>();
    flags->measuring.command = joined(command_line);
    add_plan_flags(app, flags->plan);
    add_measuring_flags(app, flags->measuring);
    app.footer(
        "Each cell is measured against itself for --max-time (1m), and the table says how small a difference such a\n"
        "measurement would show in how much time. Example: gravbench noise distilbert-sst2 --max-time 2m");
    return [flags] { return measure_noise(*flags); };
}

}  // namespace gravbench::cli
