#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/json.h"
#include "protocol/channel.h"
#include "protocol/messages.h"
#include "run/engine_process.h"

namespace gravbench::run {

/// Speaks the protocol with one engine process. Every call throws EngineError, with the code of the problem, where the
/// engine does not do its part in time, and Interrupted once the stop descriptor is readable; nothing else, whatever
/// the engine sends. After either the process is as good as dead.
class EngineClient {
  public:
    EngineClient(const Engine& engine, const Environment& environment, const std::filesystem::path& log,
                 std::chrono::nanoseconds timeout, int stop_descriptor);

    /// Also checks that the engine speaks this protocol version.
    protocol::Hello hello();
    protocol::Loaded load(const std::string& model, const std::string& dtype,
                          const std::map<std::string, Value>& settings);
    /// Gives the digest of the inputs.
    std::string inputs(const Json& arguments, std::uint64_t seed, int position);
    protocol::BlockSamples run_count(std::int64_t count, std::chrono::nanoseconds expected);
    protocol::BlockSamples run_duration(std::chrono::nanoseconds duration, std::int64_t minimum_count,
                                        std::int64_t maximum_count, std::chrono::nanoseconds expected);
    void save_outputs(const std::string& path);
    /// By the engine, or by this front from the outputs that it saves, where it does not know the request.
    protocol::Comparison compare(const std::string& reference, std::int64_t batch);
    protocol::Memory memory();
    /// Ends the engine in good order, or in bad order where it does not end.
    void quit();
    /// The engine's process, as the kernel numbers it.
    int process_id() const { return process_.id(); }

  private:
    /// `expected` is how long the engine was told to work: the timeout begins after it.
    Json ask(const std::string& request, const Json& members,
             std::chrono::nanoseconds expected = std::chrono::nanoseconds(0));
    std::string receive_line(const std::string& request, std::chrono::nanoseconds expected);
    protocol::Comparison compare_saved(const std::string& reference, std::int64_t batch);
    void check_log_size(const std::string& request) const;
    [[noreturn]] void fail_closed(const std::string& request, const std::string& torn);

    EngineProcess process_;
    protocol::Channel channel_;
    std::chrono::nanoseconds timeout_;
    int stop_descriptor_;
    int next_id_ = 1;
};

}  // namespace gravbench::run
