#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "plan/plan.h"
#include "records/launch_record.h"

namespace gravbench::run {

/// What launches to come will take, by what those before them took. One that nobody has seen is taken to be as long as
/// the longest, so that a run ends in time rather than late.
class Expectations {
  public:
    explicit Expectations(const plan::Plan& plan);

    /// The cell's launch is warm, and its blocks are still to come.
    void warmed_up(std::size_t cell, const records::Launch& launch);
    /// A complete launch is over.
    void finished(std::size_t cell, const records::Launch& launch);

    /// A whole launch of that shape; 0 before the first of all.
    std::chrono::nanoseconds launch(std::size_t cell, const plan::LaunchShape& shape) const;
    /// The blocks of one that is warm.
    std::chrono::nanoseconds blocks(std::size_t cell, const plan::LaunchShape& shape) const;
    /// An audit's launch: it starts as the others do, but for a few calls of warm-up.
    std::chrono::nanoseconds audit(std::size_t cell, const plan::LaunchShape& shape) const;
    /// A reference, where one is needed: the last one's time, since a reference that is kept takes none.
    std::chrono::nanoseconds reference() const { return reference_; }
    void reference_took(std::chrono::nanoseconds time) { reference_ = time; }
    /// 0 where nobody has seen it.
    std::int64_t bytes(std::size_t cell) const { return cells_[cell].peak_bytes; }

  private:
    struct Seen {
        std::int64_t start_ns = 0;  ///< until it is warm; 0 where nobody has seen it
        std::int64_t inference_ns = 0;
        std::int64_t around_block_ns = 0;  ///< what a block takes beyond its inferences
        std::int64_t peak_bytes = 0;
    };
    static std::int64_t blocks_ns(const Seen& seen, const plan::LaunchShape& shape);

    std::vector<Seen> cells_;
    std::int64_t longest_ns_ = 0;
    std::chrono::nanoseconds reference_{0};
};

/// Whether there is time. Everything counts, from the start of the command.
class TimeLimit {
  public:
    explicit TimeLimit(const plan::Stopping& stopping)
        : most_(stopping.max_time), most_for_extra_(plan::Stopping::most_time_unasked + stopping.spread) {}

    /// Whether a launch may begin, and with it what is `expected`: itself, and all that has begun and is not over.
    bool allows_launch(std::chrono::nanoseconds elapsed, std::chrono::nanoseconds expected, bool is_extra) const;
    bool allows_audit(std::chrono::nanoseconds elapsed, std::chrono::nanoseconds expected) const;

  private:
    std::optional<std::chrono::nanoseconds> most_;
    std::chrono::nanoseconds most_for_extra_;  ///< where there is no other limit
};

}  // namespace gravbench::run
