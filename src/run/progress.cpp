#include "run/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "results/latency.h"

namespace gravbench::run {

Progress::Progress(std::FILE* stream, bool is_terminal, std::map<std::string, int> launches)
    : stream_(stream), is_terminal_(is_terminal) {
    for (const auto& [cell, count] : launches) {
        cells_[cell].left = count;
        total_ += count;
    }
}

void Progress::note(const std::string& text) {
    print_line(text);
}

void Progress::print_line(const std::string& text) {
    if (stream_ != nullptr) {
        // On a terminal the line takes the bar's place; the bar is drawn again below it.
        fmt::print(stream_, "{}{}\n", is_terminal_ ? "\r\033[K" : "", text);
        std::fflush(stream_);
    }
}

void Progress::begin(const std::string& what) {
    if (is_terminal_) {
        draw_bar(what);
    }
}

void Progress::launch_expected(const std::string& cell) {
    ++cells_[cell].left;
    ++total_;
}

void Progress::launch_finished(const results::LaunchRecord& record, std::chrono::nanoseconds took) {
    Tally& tally = cells_[record.cell];
    --tally.left;
    ++tally.done;
    tally.spent += took;
    ++done_;
    const int width = static_cast<int>(std::to_string(total_).size());
    const std::string head =
        fmt::format("[{:>{}}/{}] {} launch {}", done_, width, total_, record.cell, record.number + 1);
    if (record.problem) {
        print_line(fmt::format("{}: {}: {}", head, record.problem->code, record.problem->message));
        return;
    }
    if (is_terminal_) {
        draw_bar(record.cell);
        return;
    }
    const Json latency = results::latency({record});
    const auto left = time_left();
    print_line(
        fmt::format("{}: p50 {:.4g} ms{}", head,
                    latency.at("p50").is_null() ? latency.at("mean").get<double>() : latency.at("p50").get<double>(),
                    left.count() > 0 ? fmt::format(", about {} left", describe_duration(left)) : ""));
}

void Progress::cell_abandoned(const std::string& cell) {
    Tally& tally = cells_[cell];
    total_ -= tally.left;
    tally.left = 0;
}

void Progress::finish() {
    if (is_terminal_ && stream_ != nullptr) {
        fmt::print(stream_, "\r\033[K");
        std::fflush(stream_);
    }
}

std::chrono::nanoseconds Progress::time_left() const {
    Tally all;
    for (const auto& [cell, tally] : cells_) {
        all.done += tally.done;
        all.spent += tally.spent;
    }
    std::chrono::nanoseconds left{0};
    for (const auto& [cell, tally] : cells_) {
        const Tally& known = tally.done > 0 ? tally : all;
        if (known.done > 0) {
            left += known.spent / known.done * tally.left;
        }
    }
    return left;
}

void Progress::draw_bar(const std::string& what) {
    if (stream_ == nullptr) {
        return;
    }
    constexpr int width = 30;
    const int full = total_ == 0 ? width : done_ * width / total_;
    const auto left = time_left();
    fmt::print(stream_, "\r\033[K[{}{}] {}/{} {}{}", std::string(static_cast<std::size_t>(full), '='),
               std::string(static_cast<std::size_t>(width - full), ' '), done_, total_,
               left.count() > 0 ? fmt::format("about {} left  ", describe_duration(left)) : "", what.substr(0, 40));
    std::fflush(stream_);
}

}  // namespace gravbench::run
