#include "run/expectations.h"

#include <algorithm>

#include "run/world.h"

namespace gravbench::run {

using std::chrono::nanoseconds;

Expectations::Expectations(const plan::Plan& plan) : sampling_(plan.options.sampling), cells_(plan.cells.size()) {}

std::int64_t Expectations::blocks_ns(const records::Launch& launch) const {
    const std::int64_t one = !launch.cold_start                           ? 0
                             : launch.cold_start->second_inference_ns > 0 ? launch.cold_start->second_inference_ns
                                                                          : launch.cold_start->first_inference_ns;
    const std::int64_t block = sampling_.iterations ? *sampling_.iterations * one
                                                    : std::max<std::int64_t>(sampling_.duration.count(),
                                                                             plan::Sampling::least_iterations * one);
    // Before a block an engine is woken up, after it its threads are waited for; after the last one it ends.
    constexpr std::int64_t around_block = 50'000'000;
    return sampling_.blocks * (block + around_block);
}

void Expectations::warmed_up(std::size_t cell, const records::Launch& launch) {
    Seen& seen = cells_[cell];
    if (seen.launch_ns == 0) {
        seen.launch_ns = launch.busy_ns + blocks_ns(launch);
        longest_ns_ = std::max(longest_ns_, seen.launch_ns);
    }
}

void Expectations::finished(std::size_t cell, const records::Launch& launch) {
    Seen& seen = cells_[cell];
    std::int64_t measured = 0;
    std::int64_t inferences = 0;
    for (const records::Block& block : launch.blocks) {
        measured += block.wall_ns;
        inferences += static_cast<std::int64_t>(block.samples_ns.size());
    }
    // An audit's inferences, and its few calls of warm-up.
    const std::int64_t audited = audited_inferences + sampling_.iterations.value_or(audited_inferences);
    seen.launch_ns = launch.busy_ns;
    seen.audit_ns = std::max<std::int64_t>(0, launch.busy_ns - measured) +
                    (inferences == 0 ? 0 : std::min(measured, audited * (measured / inferences)));
    seen.peak_bytes = std::max(seen.peak_bytes, launch.peak_rss_bytes);
    longest_ns_ = std::max(longest_ns_, seen.launch_ns);
}

nanoseconds Expectations::launch(std::size_t cell) const {
    const std::int64_t seen = cells_[cell].launch_ns;
    return nanoseconds(seen > 0 ? seen : longest_ns_);
}

nanoseconds Expectations::rest(std::size_t cell, const records::Launch& begun) const {
    return std::max(launch(cell) - nanoseconds(begun.busy_ns), nanoseconds(0));
}

nanoseconds Expectations::audit(std::size_t cell) const {
    return nanoseconds(cells_[cell].audit_ns);
}

bool TimeLimit::allows_launch(nanoseconds elapsed, nanoseconds expected, bool is_extra) const {
    if (most_) {
        return elapsed + expected <= *most_;
    }
    return !is_extra || elapsed <= plan::Stopping::most_time_unasked;
}

bool TimeLimit::allows_audit(nanoseconds elapsed, nanoseconds expected) const {
    return !most_ || elapsed + expected <= *most_;
}

}  // namespace gravbench::run
