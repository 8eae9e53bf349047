#include "conformance/examination.h"

#include <fmt/format.h>

#include <utility>

namespace gravbench::conformance {
namespace {

template <typename... Lists>
std::vector<Rule> joined(const Lists&... lists) {
    std::vector<Rule> all;
    (all.insert(all.end(), lists.begin(), lists.end()), ...);
    return all;
}

Judgement judge(const Rule& rule, Examination& examination) {
    using Verdict = Judgement::Verdict;
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
    }
}

}  // namespace

const std::vector<Rule>& rules() {
    static const std::vector<Rule> all =
        joined(hello_rules(), message_rules(), load_rules(), input_rules(), run_rules(), output_rules(), life_rules());
    return all;
}

std::unique_ptr<Conversation> Examination::fresh(const run::Environment& more) {
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
        shared_ = fresh();
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
    if (!hello_) {
        const Json reply = shared().ask_for("hello", {{"protocol", protocol::version}, {"front", "gravbench"}});
        hello_ = parsed([&] { return protocol::hello_from(reply); });
    }
    return *hello_;
}

Json Examination::load_request(const Json& settings) const {
    return {{"model", material().model}, {"dtype", material().dtype}, {"settings", settings}};
}

Json Examination::inputs_request(std::uint64_t seed, std::int64_t position) const {
    return {{"seed", seed}, {"position", position}, {"arguments", material().arguments}};
}

std::vector<Judgement> examine(Subject subject, const std::vector<Rule>& chosen,
                               const std::function<void(const Judgement&)>& report) {
    Examination examination(std::move(subject));
    std::vector<Judgement> judgements;
    for (const Rule& rule : chosen) {
        judgements.push_back(judge(rule, examination));
        report(judgements.back());
    }
    return judgements;
}

}  // namespace gravbench::conformance
