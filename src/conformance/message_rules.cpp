#include <fmt/format.h>

#include "conformance/examination.h"
#include "conformance/rule.h"
#include "protocol/line.h"

namespace gravbench::conformance {
namespace {

std::string hello_line(int id, const std::string& more = "") {
    return fmt::format("{{\"id\":{},\"request\":\"hello\",\"protocol\":{}{}}}", id, protocol::version, more);
}

/// The next reply must be to hello, under this number.
void expect_hello(Conversation& conversation, int id, const std::string& after) {
    const Json reply = conversation.receive();
    if (reply.value("reply", Json()) != "hello" || reply.value("id", Json()) != id) {
        throw Broken(fmt::format("{}: expected the reply to hello with id {}, got {}", after, id,
                                 protocol::printable(reply.dump(), 200)));
    }
}

void repeats_the_id(Examination& examination) {
    constexpr int large = 1 << 30;
    examination.shared().send_text(hello_line(large) + "\n");
    expect_hello(examination.shared(), large, "a request of a large id");
}

void ignores_unknown_members(Examination& examination) {
    examination.shared().ask_for("hello", {{"protocol", protocol::version}, {"of_a_later_version", {1, {{"a", 2}}}}});
}

void refuses_what_is_no_json(Examination& examination) {
    Conversation& conversation = examination.shared();
    for (const char* text : {"this is no JSON", "[]", "{\"id\":1", "7", "{\"request\":\"hello\"}", "{\"id\":1}",
                             "{\"id\":1,\"request\":7}"}) {
        conversation.send_text(std::string(text) + "\n");
        check_error(conversation.receive(), fmt::format("the line {}", text), {"bad_request"});
    }
}

void knows_what_it_does_not_know(Examination& examination) {
    examination.shared().ask_in_vain("dance", Json::object(), {"unknown_request"});
}

void refuses_a_request_that_lacks_a_member(Examination& examination) {
    examination.shared().ask_in_vain("load", {{"settings", Json::object()}}, {"bad_request"});
}

void answers_in_order(Examination& examination) {
    Conversation& conversation = examination.shared();
    conversation.send_text(hello_line(101) + "\n" + hello_line(102) + "\n" + hello_line(103) + "\n");
    for (int id = 101; id <= 103; ++id) {
        expect_hello(conversation, id, "three requests sent at once");
    }
}

void joins_what_comes_in_parts(Examination& examination) {
    Conversation& conversation = examination.shared();
    const std::string line = hello_line(104) + "\n";
    conversation.send_text(line.substr(0, line.size() / 2));
    constexpr std::chrono::milliseconds pause(50);
    if (const auto early = conversation.overheard(pause)) {
        throw Broken("it answers half of a request: " + *early);
    }
    conversation.send_text(line.substr(line.size() / 2));
    expect_hello(conversation, 104, "a request that comes in two parts");
}

void reads_long_lines(Examination& examination) {
    const std::string padding(std::size_t{4} << 20, 'x');
    examination.shared().send_text(hello_line(105, ",\"padding\":\"" + padding + "\"") + "\n");
    expect_hello(examination.shared(), 105, "a request of 4 MiB");
}

void says_nothing_unasked(Examination& examination) {
    Conversation& conversation = examination.shared();
    conversation.ask("hello", {{"protocol", protocol::version}});
    constexpr std::chrono::milliseconds patience(200);
    if (const auto line = conversation.overheard(patience)) {
        throw Broken("after its reply to hello it went on: " + *line);
    }
}

}  // namespace

std::vector<Rule> message_rules() {
    return {
        {"message.id", "a reply repeats the id of its request", false, repeats_the_id},
        {"message.unknown_members", "members that an engine does not know are ignored", false, ignores_unknown_members},
        {"message.not_json", "what is no JSON object with id and request is answered with bad_request", false,
         refuses_what_is_no_json},
        {"message.unknown_request", "a request that an engine does not know is answered with unknown_request", false,
         knows_what_it_does_not_know},
        {"message.missing_member", "a request that lacks a member is answered with bad_request", false,
         refuses_a_request_that_lacks_a_member},
        {"message.order", "requests are answered one after the other, in order", false, answers_in_order},
        {"message.parts", "a request may come in parts, and ends with its line", false, joins_what_comes_in_parts},
        {"message.long", "a line may be long; 4 MiB are tried, and 64 are allowed", false, reads_long_lines},
        {"message.unasked", "an engine sends one reply to each request, and nothing else", false, says_nothing_unasked},
    };
}

}  // namespace gravbench::conformance
