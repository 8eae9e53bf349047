#include "run/engine_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/errors.h"
#include "protocol/line.h"
#include "run/output_comparison.h"

namespace gravbench::run {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = protocol::Channel::Outcome;
using std::chrono::nanoseconds;

/// Of what an engine sent, in a message.
constexpr std::size_t most_quoted = 200;
constexpr std::size_t most_of_a_message = 4000;

[[noreturn]] void fail_garbled(const std::string& request, const std::string& what) {
    throw EngineError("engine_garbled", fmt::format("reply to {}: {}", request, what));
}

/// Version 1 of the protocol has one stream; so many inferences were asked for.
protocol::BlockSamples asked_for(protocol::BlockSamples block, std::int64_t least, std::int64_t most) {
    if (block.streams.size() != 1) {
        fail_garbled("run", fmt::format("{} streams, expected 1", block.streams.size()));
    }
    const auto count = static_cast<std::int64_t>(block.streams.front().size());
    if (count < least || count > most) {
        fail_garbled("run", fmt::format("{} samples, expected {}", count,
                                        least == most ? std::to_string(least) : fmt::format("{} to {}", least, most)));
    }
    return block;
}

/// A member's text; nothing where it is missing or of another type.
std::optional<std::string> text_member(const Json& reply, const char* key) {
    const auto found = reply.find(key);
    return found != reply.end() && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

[[noreturn]] void throw_error_of(const Json& reply, const std::string& request) {
    const auto code = text_member(reply, "code");
    const std::string message = protocol::printable(text_member(reply, "message").value_or(""), most_of_a_message);
    const auto& codes = protocol::error_codes();
    if (!code || std::find(codes.begin(), codes.end(), *code) == codes.end()) {
        fail_garbled(request, fmt::format("an error with the code {}, which the protocol does not have: {}",
                                          code ? "\"" + protocol::printable(*code, most_quoted) + "\"" : "missing",
                                          message.empty() ? "no message" : message));
    }
    if (message.empty()) {
        fail_garbled(request, fmt::format("an error, {}, without a message", *code));
    }
    throw EngineError(*code, message);
}

Json checked_reply(const std::string& line, const std::string& request, int id) {
    std::optional<Json> reply = protocol::parse_message(line);
    const std::string quoted = protocol::printable(line, most_quoted);
    const auto kind = reply ? text_member(*reply, "reply") : std::nullopt;
    if (!kind) {
        fail_garbled(request, "not a message of the protocol: " + quoted);
    }
    const auto answered = reply->find("id");
    const bool is_error = *kind == "error";
    // Of a request that an engine could not read it does not know the number.
    const bool is_without_id = answered == reply->end() || answered->is_null();
    if (is_without_id ? !is_error : *answered != id) {
        fail_garbled(request, "an answer to something else: " + quoted);
    }
    if (is_error) {
        throw_error_of(*reply, request);
    }
    if (*kind != request) {
        fail_garbled(request, "an answer to something else: " + quoted);
    }
    return std::move(*reply);
}

/// What cannot be made of a reply is the engine's fault, not the user's.
template <typename Parse>
auto parsed(Parse parse) {
    try {
        return parse();
    } catch (const DataError& error) {
        throw EngineError("engine_garbled", error.what());
    } catch (const Json::exception& error) {
        throw EngineError("engine_garbled", error.what());
    }
}

Json settings_json(const std::map<std::string, Value>& settings) {
    Json json = Json::object();
    for (const auto& [name, value] : settings) {
        json[name] = protocol::to_json(value);
    }
    return json;
}

}  // namespace

EngineClient::EngineClient(const Engine& engine, const Environment& environment, const std::filesystem::path& log,
                           nanoseconds timeout, int stop_descriptor)
    : process_(engine, environment, log),
      channel_(process_.take_channel()),
      timeout_(timeout),
      stop_descriptor_(stop_descriptor) {}

Json EngineClient::ask(const std::string& request, const Json& members, nanoseconds expected) {
    const int id = next_id_++;
    Json message{{"id", id}, {"request", request}};
    message.update(members);
    const auto start = Clock::now();
    // One that fails finds the engine gone; the reason is then read where an answer is missing.
    const Outcome sent = channel_.send(message, start + expected + timeout_, stop_descriptor_);
    if (sent == Outcome::woken) {
        throw Interrupted();
    }
    if (sent == Outcome::timeout) {
        throw EngineError("engine_timeout", fmt::format("the engine did not read {} within {}", request,
                                                        describe_duration(Clock::now() - start)));
    }
    return checked_reply(receive_line(request, expected), request, id);
}

std::string EngineClient::receive_line(const std::string& request, nanoseconds expected) {
    const auto start = Clock::now();
    const auto deadline = start + expected + timeout_;
    for (;;) {
        // Once a second is often enough to look at the log, and too seldom to disturb what is measured.
        const auto slice = std::min(deadline, Clock::now() + std::chrono::seconds(1));
        protocol::Channel::Received received = channel_.receive(slice, stop_descriptor_);
        check_log_size(request);
        switch (received.outcome) {
            case Outcome::line:
                return std::move(received.text);
            case Outcome::woken:
                throw Interrupted();
            case Outcome::too_long:
                fail_garbled(request,
                             fmt::format("a line of more than {} MiB: {}", protocol::Channel::most_line_bytes >> 20,
                                         protocol::printable(received.text, most_quoted)));
            case Outcome::closed:
                fail_closed(request, received.text);
            case Outcome::timeout:
                break;
        }
        if (Clock::now() >= deadline) {
            throw EngineError("engine_timeout", fmt::format("no answer to {} within {}", request,
                                                            describe_duration(Clock::now() - start)));
        }
    }
}

void EngineClient::check_log_size(const std::string& request) const {
    if (process_.has_printed_too_much()) {
        throw EngineError("log_too_large", fmt::format("more than {} MiB were printed before the answer to {}",
                                                       EngineProcess::most_log_bytes >> 20, request));
    }
}

void EngineClient::fail_closed(const std::string& request, const std::string& torn) {
    const Ending ending = process_.wait(2000);
    const std::string middle =
        torn.empty() ? "" : fmt::format(" in the middle of a message (\"{}\")", protocol::printable(torn, 80));
    throw EngineError(ending.problem,
                      fmt::format("the engine did not answer {}: {}{}", request, ending.message, middle));
}

protocol::Hello EngineClient::hello() {
    const Json reply = ask("hello", {{"protocol", protocol::version}, {"front", "gravbench"}});
    protocol::Hello hello = parsed([&] { return protocol::hello_from(reply); });
    if (hello.protocol != protocol::version) {
        throw EngineError("protocol_mismatch",
                          fmt::format("the engine speaks protocol version {}, this gravbench version {}",
                                      hello.protocol, protocol::version));
    }
    return hello;
}

protocol::Loaded EngineClient::load(const std::string& model, const std::string& dtype,
                                    const std::map<std::string, Value>& settings) {
    const Json reply = ask("load", {{"model", model}, {"dtype", dtype}, {"settings", settings_json(settings)}});
    return parsed([&] { return protocol::loaded_from(reply); });
}

std::string EngineClient::inputs(const Json& arguments, std::uint64_t seed, int position) {
    const Json reply = ask("inputs", {{"seed", seed}, {"position", position}, {"arguments", arguments}});
    auto digest = parsed([&] { return required<std::string>(reply, "digest", "reply to inputs"); });
    if (digest.size() != 16 || digest.find_first_not_of("0123456789abcdef") != std::string::npos) {
        fail_garbled("inputs", "\"digest\" is not 16 hexadecimal digits: " + protocol::printable(digest, most_quoted));
    }
    return digest;
}

protocol::BlockSamples EngineClient::run_count(std::int64_t count, nanoseconds expected) {
    const Json reply = ask("run", {{"count", count}}, expected);
    return asked_for(parsed([&] { return protocol::block_samples_from(reply); }), count, count);
}

protocol::BlockSamples EngineClient::run_duration(nanoseconds duration, std::int64_t minimum_count,
                                                  std::int64_t maximum_count, nanoseconds expected) {
    const Json reply = ask(
        "run", {{"duration_ns", duration.count()}, {"minimum_count", minimum_count}, {"maximum_count", maximum_count}},
        expected);
    return asked_for(parsed([&] { return protocol::block_samples_from(reply); }), minimum_count, maximum_count);
}

void EngineClient::save_outputs(const std::string& path) {
    ask("outputs", {{"save", path}});
}

protocol::Comparison EngineClient::compare(const std::string& reference, std::int64_t batch) {
    try {
        const Json reply = ask("compare", {{"reference", reference}, {"batch", batch}});
        return parsed([&] { return protocol::comparison_from(reply); });
    } catch (const EngineError& error) {
        if (error.problem() != "unknown_request") {
            throw;
        }
        return compare_saved(reference, batch);
    }
}

protocol::Comparison EngineClient::compare_saved(const std::string& reference, std::int64_t batch) {
    const std::filesystem::path outputs = process_.log().string() + ".outputs";
    std::error_code ignored;
    std::filesystem::remove(outputs, ignored);  // Those of an earlier launch must not pass for this one's.
    save_outputs(outputs.string());
    const protocol::Comparison comparison = compare_files(outputs, reference, batch);
    std::filesystem::remove(outputs, ignored);
    return comparison;
}

protocol::Memory EngineClient::memory() {
    const Json reply = ask("memory", Json::object());
    return parsed([&] { return protocol::memory_from(reply); });
}

void EngineClient::quit() {
    ask("quit", Json::object());
    process_.wait(2000);
}

}  // namespace gravbench::run
