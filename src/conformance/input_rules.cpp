#include <fmt/format.h>

#include "conformance/examination.h"
#include "conformance/rule.h"
#include "engines/common/argument.h"
#include "protocol/line.h"

namespace gravbench::conformance {
namespace {

std::string digest_of(const Json& request) {
    return fmt::format("{:016x}", engine::make_arguments(request).digest);
}

void expect_digest(Examination& examination, const Json& request, const std::string& what) {
    const Json reply = examination.shared().ask_for("inputs", request);
    const auto digest = parsed([&] { return required<std::string>(reply, "digest", "reply to inputs"); });
    if (digest != digest_of(request)) {
        throw Broken(fmt::format("{}: the digest is {}, and that of the values which the protocol asks for is {}", what,
                                 protocol::printable(digest, 40), digest_of(request)));
    }
}

void makes_the_values(Examination& examination) {
    examination.loaded();
    expect_digest(examination, examination.inputs_request(), "seed 42, position 0");
}

void follows_seed_and_position(Examination& examination) {
    examination.loaded();
    expect_digest(examination, examination.inputs_request(7, 0), "seed 7, position 0");
    expect_digest(examination, examination.inputs_request(UINT64_MAX, 3), "seed 2^64 - 1, position 3");
    expect_digest(examination, examination.inputs_request(), "seed 42, position 0 again");
}

Json with_first_argument(const Examination& examination, const Json& argument) {
    Json request = examination.inputs_request();
    if (request["arguments"].empty()) {
        throw NotChecked("the model takes no arguments");
    }
    request["arguments"][0] = argument;
    return request;
}

void refuses_what_cannot_be_made(Examination& examination) {
    Conversation& conversation = examination.loaded();
    for (const Json& argument :
         {Json{{"kind", "tensor"}, {"dtype", "c64"}, {"shape", {1}}, {"values", {{"uniform", {0, 1}}}}},
          Json{{"kind", "tensor"}, {"dtype", "u8"}, {"shape", {1}}, {"values", {{"uniform", {0, 256}}}}},
          Json{{"kind", "tensor"}, {"dtype", "f32"}, {"shape", {-1}}, {"values", {{"constant", 0}}}},
          Json{{"kind", "riddle"}}}) {
        conversation.ask_in_vain("inputs", with_first_argument(examination, argument), {"inputs_do_not_fit"});
    }
}

void refuses_too_many(Examination& examination) {
    Json request = examination.inputs_request();
    constexpr int more_than_any_model_takes = 100;
    for (int i = 0; i < more_than_any_model_takes; ++i) {
        request["arguments"].push_back(
            {{"kind", "tensor"}, {"dtype", "f32"}, {"shape", {1}}, {"values", {{"constant", 0}}}});
    }
    Conversation& conversation = examination.loaded();
    const Json reply = conversation.ask("inputs", request);
    if (reply["reply"] == "error") {
        check_error(reply, "inputs of 100 arguments too many", {"inputs_do_not_fit"});
        return;
    }
    // Many frameworks learn what a model takes only by calling it.
    conversation.ask_in_vain("run", {{"count", 1}}, {"inputs_do_not_fit", "inference_failed"});
}

}  // namespace

std::vector<Rule> input_rules() {
    return {
        {"inputs.values", "inputs are those that seed and position give in every engine, as their digest shows", true,
         makes_the_values},
        {"inputs.seed", "other seeds and positions give their own values", true, follows_seed_and_position},
        {"inputs.refused", "arguments that cannot be made are answered with inputs_do_not_fit", true,
         refuses_what_cannot_be_made},
        {"inputs.too_many", "arguments that the model does not take are refused, at inputs or at the next run", true,
         refuses_too_many},
    };
}

}  // namespace gravbench::conformance
