#include "conformance/conversation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/errors.h"
#include "conformance/rule.h"
#include "protocol/line.h"
#include "protocol/messages.h"
#include "run/stop_signal.h"

namespace gravbench::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = protocol::Channel::Outcome;

constexpr std::size_t most_quoted = 200;

std::string excerpt(const std::string& line) {
    return protocol::printable(line, most_quoted);
}

/// A model's path may be no UTF-8.
std::string dumped(const Json& message) {
    return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string text_of(const Json& message) {
    return excerpt(dumped(message));
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

Conversation::~Conversation() {
    std::error_code ignored;
    std::filesystem::remove(process_.log(), ignored);
}

Json Conversation::ask(const std::string& request, const Json& members) {
    const int id = next_id_++;
    Json message{{"id", id}, {"request", request}};
    message.update(members);
    send_text(dumped(message) + "\n");
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
    check_error(reply, excerpt(request + " with " + dumped(members)), codes);
    return reply;
}

void Conversation::send_text(const std::string& text) {
    switch (channel_->send_text(text, Clock::now() + timeout_, stop_descriptor_)) {
        case Outcome::woken:
            throw Interrupted();
        case Outcome::timeout:
            throw Broken(fmt::format("it did not read what was sent to it for {}", describe_duration(timeout_)));
        default:
            break;  // Where the engine is gone, the answer is missing, and how it ended is said then.
    }
}

std::string Conversation::receive_line() {
    const auto deadline = Clock::now() + timeout_;
    protocol::Channel::Received received{Outcome::timeout, {}};
    while (received.outcome == Outcome::timeout && Clock::now() < deadline) {
        received = channel_->receive(std::min(deadline, Clock::now() + std::chrono::seconds(1)), stop_descriptor_);
        check_log();
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
    throw Broken(fmt::format("no answer within {} (--timeout)", describe_duration(timeout_)));
}

/// What an engine prints without end would fill the disk.
void Conversation::check_log() const {
    if (process_.has_printed_too_much()) {
        throw Broken(fmt::format("it printed more than {} MiB", run::EngineProcess::most_log_bytes >> 20));
    }
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
    constexpr std::chrono::milliseconds slice(10);
    const auto deadline = Clock::now() + timeout_;
    while (!process_.has_ended()) {
        if (run::is_raised_within(stop_descriptor_, slice)) {
            throw Interrupted();
        }
        check_log();
        if (Clock::now() >= deadline) {
            return std::nullopt;
        }
    }
    return process_.wait(0);
}

}  // namespace gravbench::conformance
