#pragma once

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include "records/launch_record.h"

namespace gravbench::run {

/// Tells a person how a run goes on: a bar on a terminal, plain lines otherwise, with an estimate of the time left.
class Progress {
  public:
    /// `launches` is how many launches each cell will have, by key. Writes to `stream`; nothing where it is null.
    Progress(std::FILE* stream, bool is_terminal, const std::map<std::string, int>& launches);

    void note(const std::string& text);
    void begin(const std::string& what);
    /// The cell will have one launch more than was foreseen.
    void launch_expected(const std::string& cell);
    void launch_finished(const records::LaunchRecord& record, std::chrono::nanoseconds took);
    /// The cell will have no more launches.
    void cell_abandoned(const std::string& cell);
    void finish();

    /// From the launches so far: each cell's own mean, and the mean of all for cells without any. Nothing before the
    /// first. Kept up to date launch by launch: with many cells a sum over all of them for each would show.
    std::chrono::nanoseconds time_left() const;

  private:
    struct Tally {
        int left = 0;
        int done = 0;
        std::chrono::nanoseconds spent{0};

        std::chrono::nanoseconds left_time() const {
            return done > 0 ? spent / done * left : std::chrono::nanoseconds(0);
        }
    };
    template <typename Change>
    void change(const std::string& cell, Change how);
    void print_line(const std::string& text);
    void draw_bar(const std::string& what);

    std::FILE* stream_;
    bool is_terminal_;
    std::map<std::string, Tally> cells_;
    int done_ = 0;
    int total_ = 0;
    std::chrono::nanoseconds left_of_known_{0};  ///< of cells that have had a launch
    std::chrono::nanoseconds spent_{0};
    int left_of_unknown_ = 0;  ///< launches of the others
};

}  // namespace gravbench::run
