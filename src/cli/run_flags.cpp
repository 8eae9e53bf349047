#include "cli/run_flags.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "machine/machine.h"

namespace gravbench::cli {
namespace {

/// Each occurrence of the flag is kept whole: brackets and commas mean something of their own in --input and --env.
CLI::Option* add_repeatable(CLI::App& app, const std::string& flag, std::vector<std::string>& values,
                            const std::string& help) {
    return app
        .add_option_function<std::string>(
            flag, [&values](const std::string& value) { values.push_back(value); }, help)
        ->trigger_on_parse()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

plan::Layer flag_layer(const PlanFlags& flags) {
    plan::Layer layer;
    for (const std::string& model : flags.models) {
        plan::add_given(layer, "models", model, "MODEL");
    }
    for (const auto& [key, occurrences] : flags.given) {
        const plan::Setting* setting = plan::find_setting(key);
        const plan::Option* option = plan::find_option(key);
        const plan::Allowed* allowed = setting != nullptr  ? &setting->allowed
                                       : option != nullptr ? &option->allowed
                                                           : nullptr;
        for (const std::string& text : occurrences) {
            // Lists on the command line multiply into cells; options and texts of other kinds are taken as they are.
            for (const std::string& piece : setting != nullptr ? split(text, ',') : std::vector<std::string>{text}) {
                plan::add_given(layer, key, allowed != nullptr ? plan::value_from_text(*allowed, piece) : Json(piece),
                                "--" + key);
            }
        }
    }
    return layer;
}

}  // namespace

void add_plan_flags(CLI::App& app, PlanFlags& flags) {
    app.add_option("MODEL", flags.models,
                   "bundles by name or folder (gravbench models lists them), or TorchScript files with --input");
    const std::string settings_group = "Settings (each takes a list like 1,8; lists multiply into cells)";
    for (const plan::Setting& setting : plan::settings()) {
        add_repeatable(
            app, "--" + setting.name, flags.given[setting.name],
            fmt::format("{}: {} [{}]", setting.help, plan::describe(setting.allowed), text_of(setting.default_value)))
            ->type_name("")
            ->group(settings_group);
    }
    add_repeatable(app, std::string("--") + plan::shape_key, flags.given[plan::shape_key],
                   "values of another dimension of the inputs")
        ->type_name("NAME=1,8")
        ->group(settings_group);
    add_repeatable(app, std::string("--") + plan::env_key, flags.given[plan::env_key],
                   "a further environment variable of the engine; repeated with the same name it is a list")
        ->type_name("NAME=VALUE")
        ->group(settings_group);
    add_repeatable(app, "--input", flags.given["input"],
                   "for a file without a bundle, one for each argument of forward: f32[batch,3,224,224], "
                   "ids:i64[batch,seq]{0..30521}, "
                   "i64[batch,seq]=1, 2.5, [SPEC,SPEC], (SPEC,SPEC), {key:SPEC}")
        ->type_name("SPEC")
        ->group("Settings (each takes a list like 1,8; lists multiply into cells)");
    for (const plan::Option& option : plan::options()) {
        const std::string names =
            option.short_flag.empty() ? "--" + option.name : option.short_flag + ",--" + option.name;
        const std::string help =
            option.default_text.empty() ? option.help : fmt::format("{} [{}]", option.help, option.default_text);
        add_repeatable(app, names, flags.given[option.name], help)->type_name("")->group("Measuring");
    }
    app.add_option("--config", flags.config, "a JSON file with the same names as keys; flags win over it")
        ->type_name("FILE")
        ->group("Measuring");
    app.add_option("--preset", flags.preset,
                   "a named set of settings: graviton-guide (what AWS's guide advises), pytorch-default, fastest (what "
                   "was measured "
                   "to be), reference; config and flags win over it")
        ->type_name("NAME")
        ->group("Measuring");
}

plan::Layer layer_from(const PlanFlags& flags) {
    std::vector<plan::Layer> layers;
    if (!flags.baseline_given.is_null()) {
        layers.push_back(plan::given_from(flags.baseline_given, "--baseline"));
    }
    if (!flags.config.empty()) {
        layers.push_back(plan::read_config(flags.config));
    }
    layers.push_back(flag_layer(flags));
    plan::Layer given = plan::merged(layers);
    const std::string preset = !flags.preset.empty()        ? flags.preset
                               : given.count("preset") != 0 ? given["preset"].front().value.get<std::string>()
                                                            : "";
    if (!preset.empty()) {
        const auto folder = plan::data_folder(executable_folder()) / "configs" / "presets";
        given = plan::merged({plan::read_preset(preset, folder, machine::read_self().arch), given});
    }
    return given;
}

}  // namespace gravbench::cli
