#include "conformance/conversation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/errors.h"
#include "conformance/rule.h"
#include "protocol/messages.h"

namespace gravbench::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = protocol::Channel::Outcome;

constexpr std::size_t most_quoted = 200;

std::string excerpt(const std::string& line) {
    return protocol::printable(line, most_quoted);
}

std::string text_of(const Json& reply) {
    return excerpt(reply.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Of every reply: it says what it is, and to which request.
void check_reply(const Json& reply, const std::string& request, int id) {
    const auto kind = reply.find("reply");
    if (kind == reply.end() || !kind->is_string() || (*kind != request && *kind != "error")) {
        throw Broken(fmt::format("the reply to {} has neither \"reply\":\"{}\" nor \"reply\":\"error\": {}", request,
                                 request, text_of(reply)));
    }
    const auto number = reply.find("id");
    if (number == reply.end() || *number != id) {
        throw Broken(fmt::format("the reply to {} does not repeat its \"id\", {}: {}", request, id, text_of(reply)));
    }
}

}  // namespace

void check_error(const Json& reply, const std::string& asked, const std::vector<std::string>& codes) {
    const std::string wanted = fmt::format("{}", fmt::join(codes, " or "));
    const auto kind = reply.find("reply");
    if (kind == reply.end() || *kind != "error") {
        throw Broken(fmt::format("{} is answered with {}, and not with the error {}", asked, text_of(reply), wanted));
    }
    const auto code = reply.find("code");
    if (code == reply.end() || std::find(codes.begin(), codes.end(), *code) == codes.end()) {
        throw Broken(fmt::format("{} is answered with another code than {}: {}", asked, wanted, text_of(reply)));
    }
    const auto message = reply.find("message");
    if (message == reply.end() || !message->is_string() || message->get_ref<const std::string&>().empty()) {
        throw Broken(fmt::format("{} is answered with an error without a message: {}", asked, text_of(reply)));
    }
}

Conversation::Conversation(const run::Engine& engine, const run::Environment& environment,
                           const std::filesystem::path& log, std::chrono::nanoseconds timeout, int stop_descriptor)
    : process_(engine, environment, log), timeout_(timeout), stop_descriptor_(stop_descriptor) {
    channel_.emplace(process_.take_channel());
}

Json Conversation::ask(const std::string& request, const Json& members) {
    const int id = next_id_++;
    Json message{{"id", id}, {"request", request}};
    message.update(members);
    send_text(message.dump() + "\n");
    Json reply = receive();
    check_reply(reply, request, id);
    return reply;
}

Json Conversation::ask_for(const std::string& request, const Json& members) {
    Json reply = ask(request, members);
    if (reply["reply"] == "error") {
        throw Broken(fmt::format("{} is answered with an error: {}", request, text_of(reply)));
    }
    return reply;
}

Json Conversation::ask_in_vain(const std::string& request, const Json& members, const std::vector<std::string>& codes) {
    Json reply = ask(request, members);
    check_error(reply, excerpt(Json{{"request", request}}.dump() + " with " + members.dump()), codes);
    return reply;
}

void Conversation::send_text(const std::string& text) {
    switch (channel_->send_text(text, Clock::now() + timeout_, stop_descriptor_)) {
        case Outcome::woken:
            throw Interrupted();
        case Outcome::timeout:
            throw Broken(fmt::format("it does not read what is sent to it, {} for", describe_duration(timeout_)));
        default:
            break;  // Where the engine is gone, the answer is missing, and how it ended is said then.
    }
}

std::string Conversation::receive_line() {
    const auto deadline = Clock::now() + timeout_;
    protocol::Channel::Received received{Outcome::timeout, {}};
    while (received.outcome == Outcome::timeout && Clock::now() < deadline) {
        received = channel_->receive(std::min(deadline, Clock::now() + std::chrono::seconds(1)), stop_descriptor_);
        if (process_.has_printed_too_much()) {
            throw Broken(
                fmt::format("it printed more than {} MiB before its answer", run::EngineProcess::most_log_bytes >> 20));
        }
    }
    switch (received.outcome) {
        case Outcome::line:
            return std::move(received.text);
        case Outcome::woken:
            throw Interrupted();
        case Outcome::too_long:
            throw Broken("its answer is longer than 64 MiB: " + excerpt(received.text));
        case Outcome::closed: {
            constexpr int patience_ms = 2000;
            throw Broken("it did not answer: " + process_.wait(patience_ms).message);
        }
        case Outcome::timeout:
            break;
    }
    throw Broken("no answer within " + describe_duration(timeout_));
}

Json Conversation::receive() {
    const std::string line = receive_line();
    std::optional<Json> message = protocol::parse_message(line);
    if (!message) {
        throw Broken("its answer is no JSON object on one line: " + excerpt(line));
    }
    return std::move(*message);
}

std::optional<std::string> Conversation::overheard(std::chrono::milliseconds time) {
    const protocol::Channel::Received received = channel_->receive(Clock::now() + time, stop_descriptor_);
    if (received.outcome == Outcome::woken) {
        throw Interrupted();
    }
    const bool is_silent = received.outcome == Outcome::timeout || received.outcome == Outcome::closed;
    return is_silent && received.text.empty() ? std::nullopt : std::optional(excerpt(received.text));
}

void Conversation::hang_up() {
    channel_.reset();
}

std::optional<run::Ending> Conversation::ending() {
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(timeout_).count();
    run::Ending ending = process_.wait(static_cast<int>(patience));
    return ending.problem == "engine_garbled" ? std::nullopt : std::optional(std::move(ending));
}

}  // namespace gravbench::conformance
