#include "run/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "figures/latency.h"

namespace gravbench::run {
namespace {

/// "p50 1.23 ms", or the mean of a launch that has too few samples for a median.
std::string figure_text(const records::Launch& launch) {
    for (const char* name : {"p50", "mean"}) {
        if (const auto value = figures::launch_figure(launch, name)) {
            return fmt::format("{} {:.4g} ms", name, *value);
        }
    }
    return "no samples";
}

}  // namespace

Progress::Progress(std::FILE* stream, bool is_terminal, const std::map<std::string, int>& launches)
    : stream_(stream), is_terminal_(is_terminal) {
    for (const auto& [cell, count] : launches) {
        cells_[cell].left = count;
        total_ += count;
        left_of_unknown_ += count;
    }
}

void Progress::note(const std::string& text) {
    print_line(text);
}

void Progress::print_line(const std::string& text) {
    if (stream_ != nullptr) {
        // On a terminal the line takes the bar's place; the bar is drawn again below it.
        print_to(stream_, fmt::format("{}{}\n", is_terminal_ ? "\r\033[K" : "", text));
    }
}

void Progress::begin(const std::string& what) {
    if (is_terminal_) {
        draw_bar(what);
    }
}

/// Changes one cell's tally, and the sums with it.
template <typename Change>
void Progress::change(const std::string& cell, Change how) {
    Tally& tally = cells_[cell];
    left_of_known_ -= tally.left_time();
    left_of_unknown_ -= tally.done == 0 ? tally.left : 0;
    spent_ -= tally.spent;
    how(tally);
    left_of_known_ += tally.left_time();
    left_of_unknown_ += tally.done == 0 ? tally.left : 0;
    spent_ += tally.spent;
}

void Progress::launch_expected(const std::string& cell) {
    change(cell, [](Tally& tally) { ++tally.left; });
    ++total_;
}

void Progress::launch_finished(const records::LaunchRecord& record, std::chrono::nanoseconds took) {
    change(record.cell, [&](Tally& tally) {
        --tally.left;
        ++tally.done;
        tally.spent += took;
    });
    ++done_;
    const int width = static_cast<int>(std::to_string(total_).size());
    const std::string head =
        fmt::format("[{:>{}}/{}] {} launch {}", done_, width, total_, record.cell, record.launch.number + 1);
    if (record.problem) {
        // Whole in the table and the document.
        print_line(fmt::format("{}: {}: {}", head, record.problem->code, first_line(record.problem->message)));
        return;
    }
    if (is_terminal_) {
        draw_bar(record.cell);
        return;
    }
    const std::chrono::nanoseconds left = time_left();
    print_line(fmt::format("{}: {}{}", head, figure_text(record.launch),
                           left.count() > 0 ? fmt::format(", about {} left", describe_duration(left)) : ""));
}

void Progress::cell_abandoned(const std::string& cell) {
    change(cell, [this](Tally& tally) {
        total_ -= tally.left;
        tally.left = 0;
    });
}

void Progress::finish() {
    if (is_terminal_ && stream_ != nullptr) {
        print_to(stream_, "\r\033[K");
    }
}

std::chrono::nanoseconds Progress::time_left() const {
    return done_ == 0 ? std::chrono::nanoseconds(0) : left_of_known_ + spent_ / done_ * left_of_unknown_;
}

void Progress::draw_bar(const std::string& what) {
    if (stream_ == nullptr) {
        return;
    }
    constexpr int width = 30;
    const int full = total_ == 0 ? width : std::clamp(done_ * width / total_, 0, width);
    const auto left = time_left();
    print_to(stream_, fmt::format("\r\033[K[{}{}] {}/{} {}{}", std::string(static_cast<std::size_t>(full), '='),
                                  std::string(static_cast<std::size_t>(width - full), ' '), done_, total_,
                                  left.count() > 0 ? fmt::format("about {} left  ", describe_duration(left)) : "",
                                  what.substr(0, 40)));
}

}  // namespace gravbench::run
