#include "run/engine_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/errors.h"
#include "results/problem.h"

namespace gravbench::run {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

/// More than any reasonable log; a model that prints without end would fill the disk.
constexpr std::uintmax_t most_log_bytes = 256U << 20;

bool is_problem(const std::string& code) {
    const auto& kinds = results::problem_kinds();
    return std::any_of(kinds.begin(), kinds.end(), [&](const results::ProblemKind& kind) { return kind.code == code; });
}

Json checked_reply(const std::string& line, const std::string& request, int id) {
    Json reply = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const auto garbled = [&](const std::string& what) {
        return EngineError("engine_garbled", fmt::format("reply to {}: {}: {}", request, what, line.substr(0, 200)));
    };
    if (!reply.is_object() || !reply.contains("reply") || !reply["reply"].is_string()) {
        throw garbled("not a message of the protocol");
    }
    if (reply["reply"] == "error") {
        const auto code = reply.value("code", std::string());
        throw EngineError(is_problem(code) ? code : "engine_garbled",
                          reply.value("message", "an error without a message, " + code));
    }
    if (reply.value("id", Json()) != id || reply["reply"] != request) {
        throw garbled("an answer to something else");
    }
    return reply;
}

/// A reply with members that are missing or wrong is the engine's fault, not the user's.
template <typename Parse>
auto parsed(Parse parse) {
    try {
        return parse();
    } catch (const DataError& error) {
        throw EngineError("engine_garbled", error.what());
    }
}

}  // namespace

EngineClient::EngineClient(const Engine& engine, const Environment& environment, const std::filesystem::path& log,
                           nanoseconds timeout, int stop_descriptor)
    : process_(engine, environment, log),
      channel_(process_.take_channel()),
      timeout_(timeout),
      stop_descriptor_(stop_descriptor) {}

Json EngineClient::ask(const std::string& request, Json members, nanoseconds expected) {
    const int id = next_id_++;
    Json message{{"id", id}, {"request", request}};
    message.update(members);
    // A send that fails finds the engine gone; the reason is then read where an answer is missing.
    channel_.send(message);
    return checked_reply(receive_line(request, expected), request, id);
}

std::string EngineClient::receive_line(const std::string& request, nanoseconds expected) {
    using Outcome = protocol::Channel::Outcome;
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
    std::error_code ignored;
    if (std::filesystem::file_size(process_.log(), ignored) > most_log_bytes && !ignored) {
        throw EngineError("log_too_large", fmt::format("more than {} MiB were printed before the answer to {}",
                                                       most_log_bytes >> 20, request));
    }
}

void EngineClient::fail_closed(const std::string& request, const std::string& torn) {
    const Ending ending = process_.wait(2000);
    const std::string middle =
        torn.empty() ? "" : fmt::format(" in the middle of a message (\"{}\")", torn.substr(0, 80));
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

protocol::Loaded EngineClient::load(const std::string& model, const std::string& dtype, const Json& settings) {
    const Json reply = ask("load", {{"model", model}, {"dtype", dtype}, {"settings", settings}});
    return parsed([&] { return protocol::loaded_from(reply); });
}

std::string EngineClient::inputs(const Json& arguments, std::uint64_t seed, int position) {
    const Json reply = ask("inputs", {{"seed", seed}, {"position", position}, {"arguments", arguments}});
    return parsed([&] { return required<std::string>(reply, "digest", "reply to inputs"); });
}

protocol::BlockSamples EngineClient::run_count(std::int64_t count, nanoseconds expected) {
    const Json reply = ask("run", {{"count", count}}, expected);
    return parsed([&] { return protocol::block_samples_from(reply); });
}

protocol::BlockSamples EngineClient::run_duration(nanoseconds duration, std::int64_t minimum_count,
                                                  std::int64_t maximum_count, nanoseconds expected) {
    const Json reply = ask(
        "run", {{"duration_ns", duration.count()}, {"minimum_count", minimum_count}, {"maximum_count", maximum_count}},
        expected);
    return parsed([&] { return protocol::block_samples_from(reply); });
}

void EngineClient::save_outputs(const std::string& path) {
    ask("outputs", {{"save", path}});
}

protocol::Comparison EngineClient::compare(const std::string& reference, std::int64_t batch) {
    const Json reply = ask("compare", {{"reference", reference}, {"batch", batch}});
    return parsed([&] { return protocol::comparison_from(reply); });
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
