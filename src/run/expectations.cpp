#include "run/expectations.h"

#include <algorithm>

#include "run/world.h"

namespace gravbench::run {

using std::chrono::nanoseconds;

namespace {

/// Before a block an engine is woken up, after it its threads are waited for; after the last one it ends.
constexpr std::int64_t around_block_unseen = 50'000'000;

}  // namespace

Expectations::Expectations(const plan::Plan& plan) : cells_(plan.cells.size()) {}

std::int64_t Expectations::blocks_ns(const Seen& seen, const plan::LaunchShape& shape) {
    const plan::BlockLength& length = shape.block;
    const std::int64_t one = std::max<std::int64_t>(seen.inference_ns, 1);
    // One by time ends with the inference that passes it.
    const std::int64_t by_time =
        std::max<std::int64_t>((length.duration.count() + one - 1) / one, length.least_iterations);
    const std::int64_t block = length.iterations.value_or(by_time) * one;
    return shape.blocks * (block + seen.around_block_ns);
}

void Expectations::warmed_up(std::size_t cell, const records::Launch& launch) {
    Seen& seen = cells_[cell];
    const bool is_new = seen.start_ns == 0;
    seen.start_ns = launch.busy_ns;
    if (!is_new) {
        return;
    }
    seen.around_block_ns = around_block_unseen;
    if (launch.cold_start) {
        const records::ColdStart& cold = *launch.cold_start;
        seen.inference_ns = cold.second_inference_ns > 0 ? cold.second_inference_ns : cold.first_inference_ns;
    }
    if (launch.shape) {
        longest_ns_ = std::max(longest_ns_, seen.start_ns + blocks_ns(seen, *launch.shape));
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
    const auto blocks = static_cast<std::int64_t>(launch.blocks.size());
    const std::int64_t beyond = std::max<std::int64_t>(0, launch.busy_ns - measured);
    // Of a launch that an interrupted run made, only the whole is known.
    const std::int64_t start = seen.start_ns > 0 ? std::min(seen.start_ns, beyond)
                                                 : std::max<std::int64_t>(1, beyond - blocks * around_block_unseen);
    seen.start_ns = start;
    seen.around_block_ns = blocks == 0 ? around_block_unseen : (beyond - start) / blocks;
    seen.inference_ns = inferences == 0 ? seen.inference_ns : measured / inferences;
    seen.peak_bytes = std::max(seen.peak_bytes, launch.peak_rss_bytes);
    longest_ns_ = std::max(longest_ns_, launch.busy_ns);
}

nanoseconds Expectations::launch(std::size_t cell, const plan::LaunchShape& shape) const {
    const Seen& seen = cells_[cell];
    return nanoseconds(seen.start_ns > 0 ? seen.start_ns + blocks_ns(seen, shape) : longest_ns_);
}

nanoseconds Expectations::blocks(std::size_t cell, const plan::LaunchShape& shape) const {
    return nanoseconds(blocks_ns(cells_[cell], shape));
}

nanoseconds Expectations::audit(std::size_t cell, const plan::LaunchShape& shape) const {
    const Seen& seen = cells_[cell];
    return nanoseconds(seen.start_ns + audited_inferences * seen.inference_ns + blocks_ns(seen, shape));
}

bool TimeLimit::allows_launch(nanoseconds elapsed, nanoseconds expected, bool is_extra) const {
    if (most_) {
        return elapsed + expected <= *most_;
    }
    return !is_extra || elapsed <= most_for_extra_;
}

bool TimeLimit::allows_audit(nanoseconds elapsed, nanoseconds expected) const {
    return !most_ || elapsed + expected <= *most_;
}

}  // namespace gravbench::run
