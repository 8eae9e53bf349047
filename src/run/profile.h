#pragma once

#include <cstdint>
#include <filesystem>

#include "machine/process.h"
#include "records/audit_record.h"
#include "records/launch_record.h"
#include "run/engine_client.h"

namespace gravbench::run {

/// What a launch under oneDNN's verbose profile collects: where in its log warm-up ends and the block lies, and what
/// the kernel says of its process. An engine writes its log before it answers (docs/protocol.md), so that the log's
/// size at an answer parts the phases.
class Profile {
  public:
    /// Sets the variables that make oneDNN, of any version, print what it creates and executes, with timestamps.
    void prepare(Environment& environment, const std::filesystem::path& log);
    const std::filesystem::path& log() const { return log_; }
    void begin_warm_up(const EngineClient& client);
    void begin_block();
    void end_block(const EngineClient& client, const records::Block& block);

    /// What it came to; the launch's problem where it has one.
    records::AuditRecord record(const records::LaunchRecord& launch) const;

  private:
    std::filesystem::path log_;
    machine::Process before_;
    machine::Process after_;
    std::uintmax_t block_begin_ = 0;
    std::uintmax_t block_end_ = 0;
    std::vector<std::int64_t> samples_ns_;
};

}  // namespace gravbench::run
