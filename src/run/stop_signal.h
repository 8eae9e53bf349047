#pragma once

namespace gravbench::run {

/// Turns SIGINT, SIGTERM and SIGHUP (where that is not ignored, as under nohup) into something that can be waited for,
/// and ignores SIGPIPE: whoever reads progress may go away. One at a time in a process; the old handlers come back at
/// its end.
class StopSignal {
  public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    /// Becomes readable, and stays so, once a signal has arrived.
    int descriptor() const { return read_end_; }
    bool is_raised() const;

  private:
    int read_end_;
    int write_end_;
};

}  // namespace gravbench::run
