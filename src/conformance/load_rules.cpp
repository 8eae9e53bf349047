#include <fmt/format.h>

#include <fstream>

#include "base/files.h"
#include "conformance/examination.h"
#include "conformance/rule.h"

namespace gravbench::conformance {
namespace {

protocol::Loaded load(Examination& examination, const Json& settings) {
    const Json reply = examination.shared().ask_for("load", examination.load_request(settings));
    return parsed([&] { return protocol::loaded_from(reply); });
}

void loads_the_model(Examination& examination) {
    if (load(examination, Json::object()).load_ns <= 0) {
        throw Broken("\"load_ns\", the time of reading the file, is 0");
    }
}

/// Every value that hello lists, one after the other in one process: an engine must not keep one of an earlier load.
void applies_settings(Examination& examination) {
    const auto settings = examination.hello().settings;
    for (const auto& [name, values] : settings) {
        for (const Value& value : values) {
            const protocol::Loaded loaded = load(examination, {{name, protocol::to_json(value)}});
            const auto effective = loaded.effective.find(name);
            if (effective != loaded.effective.end() && effective->second != value) {
                throw Broken(fmt::format("loaded with {}={}, it says that {} is in force", name,
                                         gravbench::text_of(value), gravbench::text_of(effective->second)));
            }
        }
    }
}

void refuses_values_that_it_does_not_list(Examination& examination) {
    bool was_asked = false;
    for (const auto& [name, values] : examination.hello().settings) {
        if (!values.empty()) {
            was_asked = true;
            examination.shared().ask_in_vain("load", examination.load_request({{name, "no-such-value"}}),
                                             {"setting_not_supported"});
        }
    }
    if (!was_asked) {
        throw NotChecked("hello lists no setting with values");
    }
}

void refuses_a_missing_file(Examination& examination) {
    Json request = examination.load_request();
    request["model"] = examination.file("no such file.pt").string();
    examination.shared().ask_in_vain("load", request, {"model_not_loadable"});
}

/// Half of the model's file, no file at all but a text, and nothing.
void refuses_a_damaged_file(Examination& examination) {
    const std::string whole = read_file(examination.material().model);
    const std::filesystem::path source(examination.material().model);
    int number = 0;
    for (const std::string& content : {whole.substr(0, whole.size() / 2), std::string("no model"), std::string()}) {
        const auto path = examination.file(fmt::format("damaged-{}{}", ++number, source.extension().string()));
        write_file(path, content);
        Json request = examination.load_request();
        request["model"] = path.string();
        examination.shared().ask_in_vain("load", request, {"model_not_loadable"});
    }
}

void wants_a_model_first(Examination& examination) {
    const auto conversation = examination.fresh();
    conversation->ask_for("hello", {{"protocol", protocol::version}});
    conversation->ask_in_vain("inputs", examination.inputs_request(), {"bad_request"});
    conversation->ask_in_vain("run", {{"count", 1}}, {"bad_request"});
    conversation->ask_for("load", examination.load_request());
    conversation->ask_in_vain("run", {{"count", 1}}, {"bad_request"});
    conversation->ask_in_vain("outputs", {{"save", examination.file("early").string()}}, {"bad_request"});
}

void lives_on_after_errors(Examination& examination) {
    Json request = examination.load_request();
    request["model"] = examination.file("no such file.pt").string();
    examination.shared().ask("load", request);
    const Json reply = examination.loaded().ask_for("run", {{"count", 1}});
    parsed([&] { return protocol::block_samples_from(reply); });
}

}  // namespace

std::vector<Rule> load_rules() {
    return {
        {"load.reply", "load reads the model, and says how long that took and what is in force", true, loads_the_model},
        {"load.settings", "each value that hello lists is applied, and is what \"effective\" says", true,
         applies_settings},
        {"load.unknown_value", "a value that hello does not list is answered with setting_not_supported", true,
         refuses_values_that_it_does_not_list},
        {"load.missing_file", "a file that is not there is answered with model_not_loadable", true,
         refuses_a_missing_file},
        {"load.damaged_file", "a file that is truncated, empty or no model is answered with model_not_loadable", true,
         refuses_a_damaged_file},
        {"load.first", "inputs, run and outputs before what they need are answered with bad_request", true,
         wants_a_model_first},
        {"load.lives_on", "an engine lives on after an error", true, lives_on_after_errors},
    };
}

}  // namespace gravbench::conformance
