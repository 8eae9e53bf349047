#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "plan/plan.h"
#include "records/audit_record.h"
#include "records/launch_record.h"

namespace gravbench::run {

/// Steady inferences of an audit: enough for a mean of each kernel, few enough for a log of a megabyte.
inline constexpr std::int64_t audited_inferences = 5;

struct Reference;

/// What a launch is for.
enum class Purpose {
    timing,
    timing_and_audit,  ///< under oneDNN's profile: on an emulated engine, whose times mean nothing
    audit,             ///< under oneDNN's profile, by counts of its own
};

/// A launch that is alive and warm, as run::Launch is. Every call may throw Interrupted.
class LiveLaunch {
  public:
    virtual ~LiveLaunch() = default;
    virtual void take_block(int round) = 0;
    /// After a block.
    virtual void compare_with(const Reference& reference) = 0;
    /// Writes its outputs to a file; nothing where the engine cannot. After a block.
    virtual std::optional<std::filesystem::path> save_outputs() = 0;
    /// Ends the engine in good order.
    virtual void finish() = 0;
    /// What it gave so far, its problem where it has one.
    virtual const records::LaunchRecord& record() const = 0;
    /// What its profile shows, once it is finished. Not for Purpose::timing.
    virtual records::AuditRecord take_audit() = 0;

    bool has_failed() const { return record().problem.has_value(); }
};

/// All that a session needs of the world outside: the clock, memory, and engines. A test simulates it without
/// processes.
class World {
  public:
    virtual ~World() = default;
    virtual std::int64_t monotonic_ns() const = 0;
    /// Returns at that time. Throws Interrupted.
    virtual void wait_until(std::int64_t monotonic_ns) = 0;
    /// What new processes can take.
    virtual std::int64_t available_memory_bytes() const = 0;
    /// What the cell's engine takes, before anybody has seen it.
    virtual std::int64_t expected_bytes(const plan::Cell& cell) const = 0;
    /// Starts the cell's engine, for blocks as `shape` has them, and warms it up. What goes wrong is the launch's
    /// problem. Throws Interrupted.
    virtual std::unique_ptr<LiveLaunch> launch(const plan::Cell& cell, int number, Purpose purpose,
                                               const plan::LaunchShape& shape) = 0;
    /// The outputs that the cell's are compared with; stays valid. Throws EngineError where its launch fails, and
    /// Interrupted.
    virtual const Reference& reference_for(const plan::Cell& cell) = 0;
};

}  // namespace gravbench::run
