#pragma once

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include "results/launch_record.h"

namespace gravbench::run {

/// Tells a person how a run goes on: a bar on a terminal, plain lines otherwise, with an estimate of the time left.
class Progress {
  public:
    /// `launches` is how many launches each cell will have, by key. Writes to `stream`; nothing where it is null.
    Progress(std::FILE* stream, bool is_terminal, std::map<std::string, int> launches);

    void note(const std::string& text);
    void begin(const std::string& what);
    /// The cell will have one launch more than was foreseen.
    void launch_expected(const std::string& cell);
    void launch_finished(const results::LaunchRecord& record, std::chrono::nanoseconds took);
    /// The cell will have no more launches.
    void cell_abandoned(const std::string& cell);
    void finish();

    /// From the launches so far: each cell's own mean, and the mean of all for cells without any. Nothing before the
    /// first.
    std::chrono::nanoseconds time_left() const;

  private:
    struct Tally {
        int left = 0;
        int done = 0;
        std::chrono::nanoseconds spent{0};
    };
    void print_line(const std::string& text);
    void draw_bar(const std::string& what);

    std::FILE* stream_;
    bool is_terminal_;
    std::map<std::string, Tally> cells_;
    int done_ = 0;
    int total_ = 0;
};

}  // namespace gravbench::run
