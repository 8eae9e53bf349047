#include "conformance/examination.h"

#include <fmt/format.h>

#include <utility>

#include "plan/plan.h"
#include "protocol/line.h"

namespace gravbench::conformance {
namespace {

template <typename... Lists>
std::vector<Rule> joined(const Lists&... lists) {
    std::vector<Rule> all;
    (all.insert(all.end(), lists.begin(), lists.end()), ...);
    return all;
}

Ruling judge(const Rule& rule, Examination& examination) {
    using Verdict = Ruling::Verdict;
    if (rule.needs_model && !examination.subject().material) {
        return {rule, Verdict::not_checked, "no model was given"};
    }
    try {
        rule.check(examination);
        return {rule, Verdict::kept, ""};
    } catch (const NotChecked& reason) {
        return {rule, Verdict::not_checked, reason.what()};
    } catch (const Broken& fault) {
        examination.drop_shared();
        return {rule, Verdict::broken, fault.what()};
    } catch (const EngineError&) {
        throw;
    } catch (const Interrupted&) {
        throw;
    } catch (const std::exception& error) {  // Of this side: a disk that is full.
        examination.drop_shared();
        return {rule, Verdict::not_checked, error.what()};
    }
}

/// A model that this engine does not take is no fault of the engine. What is no proper answer is for the rules to find.
void check_material(Examination& examination) {
    Conversation& conversation = examination.shared();
    for (const auto& [request, members] :
         {std::pair{"load", examination.load_request()}, std::pair{"inputs", examination.inputs_request()}}) {
        const Json reply = conversation.ask(request, members);
        if (reply["reply"] == "error") {
            check_error(reply, request, protocol::error_codes());
            throw EngineError(reply["code"].get<std::string>(),
                              fmt::format("the engine refuses the model: {}",
                                          protocol::printable(reply["message"].get<std::string>(), 500)));
        }
    }
}

void check_material_once(Examination& examination, bool& is_checked) {
    try {
        if (!std::exchange(is_checked, true)) {
            check_material(examination);
        }
    } catch (const Broken&) {
        examination.drop_shared();
    } catch (const NotChecked&) {  // Nobody answers.
    }
}

}  // namespace

const std::vector<Rule>& rules() {
    static const std::vector<Rule> all =
        joined(hello_rules(), message_rules(), load_rules(), input_rules(), run_rules(), output_rules(), life_rules());
    return all;
}

std::unique_ptr<Conversation> Examination::fresh(const run::Environment& more) {
    if (is_mute_) {
        throw NotChecked("the engine does not answer hello");
    }
    run::Environment environment = subject_.environment;
    for (const auto& [name, value] : more) {
        environment[name] = value;
    }
    const auto log = file(fmt::format("engine-{}.log", ++started_));
    return std::make_unique<Conversation>(subject_.engine, environment, log, subject_.timeout,
                                          subject_.stop_descriptor);
}

Conversation& Examination::shared() {
    if (!shared_) {
        auto started = fresh();
        is_mute_ = true;
        const Json reply = started->ask_for("hello", {{"protocol", protocol::version}, {"front", "gravbench"}});
        hello_ = parsed([&] { return protocol::hello_from(reply); });
        is_mute_ = false;
        shared_ = std::move(started);
    }
    return *shared_;
}

Conversation& Examination::loaded() {
    Conversation& conversation = shared();
    conversation.ask_for("load", load_request());
    conversation.ask_for("inputs", inputs_request());
    return conversation;
}

const protocol::Hello& Examination::hello() {
    shared();
    return *hello_;
}

Json Examination::load_request(const Json& settings) {
    constexpr int one_core = 1;
    Json all = Json::object();
    for (const auto& [name, value] : plan::load_settings(material().settings, hello(), one_core)) {
        all[name] = protocol::to_json(value);
    }
    all.update(settings);
    return {{"model", material().model}, {"dtype", material().dtype}, {"settings", all}};
}

Json Examination::inputs_request(std::uint64_t seed, std::int64_t position) const {
    return {{"seed", seed}, {"position", position}, {"arguments", material().arguments}};
}

std::vector<Ruling> examine(Subject subject, const std::vector<Rule>& chosen,
                            const std::function<void(const Ruling&)>& report) {
    Examination examination(std::move(subject));
    std::vector<Ruling> rulings;
    bool is_material_checked = !examination.subject().material;
    for (const Rule& rule : chosen) {
        if (rule.needs_model) {
            check_material_once(examination, is_material_checked);
        }
        rulings.push_back(judge(rule, examination));
        report(rulings.back());
    }
    return rulings;
}

}  // namespace gravbench::conformance
