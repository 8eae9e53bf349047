#pragma once

#include <chrono>

namespace gravbench::run {

/// Waits that long for a signal whose descriptor this is; whether one has arrived. Without a descriptor (-1) it waits.
bool is_raised_within(int stop_descriptor, std::chrono::nanoseconds time);

/// Turns SIGINT, SIGTERM and SIGHUP (where that is not ignored, as under nohup) into something that can be waited for,
/// and ignores SIGPIPE: whoever reads progress may go away. The old handlers come back at its end. One that is made
/// while another lives is raised with it, and must go before it.
class StopSignal {
  public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    /// Becomes readable, and stays so, once a signal has arrived.
    int descriptor() const { return read_end_; }
    bool is_raised() const { return is_raised_within(std::chrono::nanoseconds(0)); }

    /// Waits that long for one; whether one has arrived.
    bool is_raised_within(std::chrono::nanoseconds time) const { return run::is_raised_within(read_end_, time); }

  private:
    int read_end_ = -1;
    int write_end_ = -1;  ///< -1 where it is another's signal
};

}  // namespace gravbench::run
