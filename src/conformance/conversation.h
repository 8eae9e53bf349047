#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "protocol/channel.h"
#include "run/engine_process.h"

namespace gravbench::conformance {

/// One engine process, spoken to as a front would, and as no front should. Throws Broken where it does not answer in
/// time, or with something that is no reply to what it was asked; Interrupted once the stop descriptor is readable.
class Conversation {
  public:
    Conversation(const run::Engine& engine, const run::Environment& environment, const std::filesystem::path& log,
                 std::chrono::nanoseconds timeout, int stop_descriptor);
    /// The log goes with it: there are many conversations.
    ~Conversation();
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    /// Sends a request under the next number, and gives the reply to it, an error reply too.
    Json ask(const std::string& request, const Json& members = Json::object());
    /// The same, and the reply must be no error.
    Json ask_for(const std::string& request, const Json& members = Json::object());
    /// The same, and the reply must be an error of one of these codes.
    Json ask_in_vain(const std::string& request, const Json& members, const std::vector<std::string>& codes);

    /// Sends these bytes as they are.
    void send_text(const std::string& text);
    /// The next line from the engine.
    std::string receive_line();
    /// The next line as a message of the protocol.
    Json receive();

    /// A line that nobody asked for, if one has come within that time.
    std::optional<std::string> overheard(std::chrono::milliseconds time);

    /// Closes this end of the channel.
    void hang_up();
    /// How the process ends, which is waited for as long as for an answer; nothing where it does not.
    std::optional<run::Ending> ending();
    int process_id() const { return process_.id(); }

  private:
    void check_log() const;

    run::EngineProcess process_;
    std::optional<protocol::Channel> channel_;
    std::chrono::nanoseconds timeout_;
    int stop_descriptor_;
    int next_id_ = 1;
};

/// Throws Broken unless the reply is an error of one of these codes, with a message.
void check_error(const Json& reply, const std::string& asked, const std::vector<std::string>& codes);

}  // namespace gravbench::conformance
