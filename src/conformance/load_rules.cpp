#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "conformance/examination.h"
#include "conformance/rule.h"

namespace gravbench::conformance {
namespace {

protocol::Loaded load(Conversation& conversation, const Json& request) {
    const Json reply = conversation.ask_for("load", request);
    return parsed([&] { return protocol::loaded_from(reply); });
}

void loads_the_model(Examination& examination) {
    const protocol::Loaded loaded = load(examination.shared(), examination.load_request());
    if (loaded.load_ns + loaded.prepare_ns <= 0) {
        throw Broken("\"load_ns\" and \"prepare_ns\" are 0: reading and preparing a model takes time");
    }
}

/// What the engine says is in force of a setting after this load; nothing where it does not say, or cannot apply the
/// value to this model or on this machine, as it may.
std::optional<Value> in_force(Conversation& conversation, const Json& request, const std::string& setting) {
    const Json reply = conversation.ask("load", request);
    if (reply["reply"] == "error") {
        check_error(reply, "load with a value that hello lists", {"setting_not_supported", "prepare_failed"});
        return std::nullopt;
    }
    const protocol::Loaded loaded = parsed([&] { return protocol::loaded_from(reply); });
    const auto found = loaded.effective.find(setting);
    return found == loaded.effective.end() ? std::nullopt : std::optional(found->second);
}

/// Whatever is in force, an earlier load must not decide it: a process of its own says the same.
void check_value(Examination& examination, const std::string& setting, const Value& value) {
    const Json request = examination.load_request({{setting, protocol::to_json(value)}});
    const auto effective = in_force(examination.shared(), request, setting);
    if (!effective || *effective == value) {
        return;
    }
    const auto fresh = examination.fresh();
    fresh->ask_for("hello", {{"protocol", protocol::version}});
    const auto alone = in_force(*fresh, request, setting);
    if (alone && *alone != *effective) {
        throw Broken(fmt::format(
            "loaded with {}={} after another value, it says that {} is in force, and in a process "
            "of its own {}",
            setting, gravbench::text_of(value), gravbench::text_of(*effective), gravbench::text_of(*alone)));
    }
}

void applies_settings(Examination& examination) {
    constexpr std::size_t most_values = 10;  // Of one setting; a list may have a thousand.
    const auto settings = examination.hello().settings;
    for (const auto& [name, values] : settings) {
        for (std::size_t i = 0; i < std::min(values.size(), most_values); ++i) {
            check_value(examination, name, values[i]);
        }
    }
}

/// A value of the type of those listed, and none of them.
Json unlisted(const std::vector<Value>& values) {
    if (std::holds_alternative<std::string>(values.front())) {
        return "no-such-value";
    }
    Json value = 1234567;
    for (const Value& one : values) {
        value = protocol::to_json(one) == value ? Json(7654321) : value;
    }
    return value;
}

void refuses_values_that_it_does_not_list(Examination& examination) {
    bool was_asked = false;
    const auto settings = examination.hello().settings;
    for (const auto& [name, values] : settings) {
        if (!values.empty()) {
            was_asked = true;
            examination.shared().ask_in_vain("load", examination.load_request({{name, unlisted(values)}}),
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
        {"load.settings", "each value that hello lists can be asked for, and no earlier load decides what is in force",
         true, applies_settings},
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
