#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/planning.h"
#include "conformance/examination.h"
#include "run/engine_definition.h"
#include "run/launch.h"
#include "run/probe.h"
#include "run/stop_signal.h"

namespace gravbench::cli {
namespace {

using conformance::Ruling;
using Verdict = Ruling::Verdict;

struct CheckFlags {
    std::string engine;
    std::string model;
    std::vector<std::string> inputs;
    std::vector<std::string> shapes;
    std::vector<std::string> models_folders;
    std::string timeout = "60s";
    std::string format = "table";
    std::vector<std::string> rules;
    bool is_list = false;
};

const char* word_for(Verdict verdict) {
    return verdict == Verdict::kept ? "kept" : verdict == Verdict::broken ? "BROKEN" : "not checked";
}

/// "batch" and "seq" are settings, and have flags of their own in run, which has many.
void add_shape(plan::Layer& layer, const std::string& text) {
    const std::string name = text.substr(0, text.find('='));
    const plan::Setting* const setting = plan::find_setting(name);
    if (setting != nullptr && setting->via == plan::Setting::Via::shape && name.size() < text.size()) {
        const Json value = plan::value_from_text(setting->allowed, text.substr(name.size() + 1));
        plan::add_given(layer, name, value, "--shape");
    } else {
        plan::add_given(layer, plan::shape_key, text, "--shape");
    }
}

/// The engine as it describes itself; nothing where it cannot: the rules about hello say why.
std::optional<protocol::Hello> hello_of(const run::Engine& engine, const std::filesystem::path& work_folder,
                                        std::chrono::nanoseconds timeout, const run::StopSignal& stop) {
    try {
        return run::probe_engine(engine, work_folder, timeout, stop.descriptor());
    } catch (const EngineError&) {
        return std::nullopt;
    }
}

/// What the engine is asked to load: the first cell that a run of this model would have.
conformance::Material material_from(const CheckFlags& flags, const std::optional<protocol::Hello>& hello) {
    plan::Layer layer;
    plan::add_given(layer, "models", flags.model, "MODEL");
    plan::add_given(layer, "engine", flags.engine, "ENGINE");
    for (const std::string& input : flags.inputs) {
        plan::add_given(layer, "input", input, "--input");
    }
    for (const std::string& shape : flags.shapes) {
        add_shape(layer, shape);
    }
    for (const std::string& folder : flags.models_folders) {
        plan::add_given(layer, "models-dir", folder, "--models-dir");
    }
    std::vector<plan::EngineChoice> choices = plan::engines_of(layer);
    if (hello) {
        choices.front().hello = *hello;
    }
    const plan::Plan plan = hello ? plan::make_plan(layer, choices) : draft_of(layer, choices);
    const plan::Cell& cell = plan.cells.front();
    const plan::Model& model = plan.models[cell.model];
    const plan::ModelFile& file = model.files.at(cell.file);
    return {std::filesystem::absolute(file.path).string(), cell.file.dtype, cell.settings,
            plan::arguments_for(model, cell.shape(), file.float_inputs), cell.batch()};
}

/// Nothing where no model is given.
std::optional<conformance::Material> material_if_any(const CheckFlags& flags, const run::Engine& engine,
                                                     const std::filesystem::path& work_folder,
                                                     const run::StopSignal& stop) {
    if (flags.model.empty()) {
        if (!flags.inputs.empty() || !flags.shapes.empty()) {
            throw UsageError("--input and --shape are for a MODEL, and none is given");
        }
        return std::nullopt;
    }
    return material_from(flags, hello_of(engine, work_folder, parse_duration(flags.timeout, "--timeout"), stop));
}

std::string line_of(const Ruling& ruling) {
    const std::string detail = ruling.detail.empty() ? ruling.rule.says : one_line(ruling.detail);
    return fmt::format("{:<12} {:<24} {}\n", word_for(ruling.verdict), ruling.rule.name, detail);
}

std::int64_t count_of(const std::vector<Ruling>& rulings, Verdict verdict) {
    return std::count_if(rulings.begin(), rulings.end(),
                         [=](const Ruling& ruling) { return ruling.verdict == verdict; });
}

std::string verdict_on(const std::vector<Ruling>& rulings) {
    const auto broken = count_of(rulings, Verdict::broken);
    const auto not_checked = count_of(rulings, Verdict::not_checked);
    std::string text = broken == 0 ? fmt::format("The engine keeps {} of the protocol",
                                                 counted(count_of(rulings, Verdict::kept), "rule"))
                                   : fmt::format("The engine breaks {} of the protocol", counted(broken, "rule"));
    return text + (not_checked == 0 ? "." : fmt::format("; {} could not be checked.", not_checked)) +
           (broken == 0 ? "\n" : " docs/protocol.md has them in full.\n");
}

Json to_json(const std::vector<Ruling>& rulings) {
    Json rules = Json::array();
    for (const Ruling& ruling : rulings) {
        rules.push_back({{"rule", ruling.rule.name},
                         {"says", ruling.rule.says},
                         {"verdict", ruling.verdict == Verdict::not_checked ? "not_checked"
                                     : ruling.verdict == Verdict::broken    ? "broken"
                                                                            : "kept"},
                         {"detail", ruling.detail.empty() ? Json() : Json(ruling.detail)}});
    }
    return {{"rules", rules}};
}

ExitCode list_rules() {
    std::string text;
    for (const conformance::Rule& rule : conformance::rules()) {
        text += fmt::format("{:<24} {}{}\n", rule.name, rule.says, rule.needs_model ? "" : " (without a model)");
    }
    print_to(stdout, text);
    return ExitCode::fine;
}

/// Those that --rule names, in their own order; all where it names none.
std::vector<conformance::Rule> chosen_rules(const std::vector<std::string>& names) {
    std::vector<conformance::Rule> chosen;
    std::vector<std::string> known;
    for (const conformance::Rule& rule : conformance::rules()) {
        known.emplace_back(rule.name);
        if (names.empty() || std::find(names.begin(), names.end(), rule.name) != names.end()) {
            chosen.push_back(rule);
        }
    }
    for (const std::string& name : names) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            throw UsageError(
                fmt::format("--rule: there is no rule \"{}\"{}; --list has them", name, did_you_mean(name, known)));
        }
    }
    return chosen;
}

ExitCode check_engine(const CheckFlags& flags) {
    if (flags.is_list) {
        return list_rules();
    }
    if (flags.engine.empty()) {
        throw UsageError("ENGINE is missing: torch, a definition's name, or the path of a program");
    }
    if (flags.format != "table" && flags.format != "json") {
        throw UsageError(fmt::format("--format: \"{}\" is not one of table, json", flags.format));
    }
    const std::vector<conformance::Rule> rules = chosen_rules(flags.rules);
    const run::Engine engine = run::find_engine(flags.engine);
    const TemporaryFolder work_folder;
    const run::StopSignal stop;
    run::Environment environment = run::environment_for(engine);
    environment.emplace("OMP_NUM_THREADS", "1");
    conformance::Subject subject{engine,
                                 environment,
                                 material_if_any(flags, engine, work_folder.path(), stop),
                                 parse_duration(flags.timeout, "--timeout"),
                                 work_folder.path(),
                                 stop.descriptor()};
    const bool is_table = flags.format == "table";
    const auto rulings = conformance::examine(std::move(subject), rules, [&](const Ruling& ruling) {
        if (is_table) {
            print_to(stdout, line_of(ruling));
        }
    });
    print_to(stdout, is_table ? "\n" + verdict_on(rulings) : readable_json(to_json(rulings)));
    return count_of(rulings, Verdict::broken) == 0 ? ExitCode::fine : ExitCode::not_trustworthy;
}

}  // namespace

Action set_up_check_engine(CLI::App& app, const std::vector<std::string>&) {
    auto flags = std::make_shared<CheckFlags>();
    app.add_option("ENGINE", flags->engine, "as --engine of run takes it: torch, a definition's name, or a program");
    app.add_option("MODEL", flags->model,
                   "a bundle, or a file with --input, that the engine can load; without one only the rules are checked "
                   "that need none");
    app.add_option("--input", flags->inputs, "for a file without a bundle, as for run")
        ->type_name("SPEC")
        ->allow_extra_args(false);
    app.add_option("--shape", flags->shapes, "the value of a dimension of the inputs, batch and seq among them")
        ->type_name("NAME=N")
        ->allow_extra_args(false);
    app.add_option("--models-dir", flags->models_folders, "where bundles are, as for run")
        ->type_name("FOLDER")
        ->allow_extra_args(false);
    app.add_option("--rule", flags->rules, "check this one only; repeated, these")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_option("--timeout", flags->timeout, "how long an answer may take")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--format", flags->format, "table or json")->type_name("FORMAT")->capture_default_str();
    app.add_flag("--list", flags->is_list, "list the rules, and check nothing");
    app.footer(
        "Exit code 4 where a rule is broken. The engine is started several times, with one thread.\n"
        "Example: gravbench check-engine ./my_engine.py model.onnx --input 'f32[batch,3,224,224]'");
    return [flags] { return check_engine(*flags); };
}

}  // namespace gravbench::cli
