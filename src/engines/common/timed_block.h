#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "protocol/messages.h"

namespace gravbench::engine {

/// When a block ends: after `count` inferences if that is set; else once `duration_ns` has passed and there were
/// `minimum_count`, or after `maximum_count`.
struct BlockLength {
    std::optional<std::int64_t> count;
    std::int64_t duration_ns = 0;
    std::int64_t minimum_count = 1;
    std::int64_t maximum_count = 1 << 24;
};

inline bool is_over(const BlockLength& length, std::int64_t done, std::int64_t elapsed_ns) {
    if (length.count) {
        return done >= *length.count;
    }
    return done >= length.maximum_count || (done >= length.minimum_count && elapsed_ns >= length.duration_ns);
}

/// The loop of every engine: a block of consecutive inferences, each timed for itself. `prepare()` does what a caller
/// does before each call, and frees the outputs of one before; `infer()` is the call, and alone is timed. Templates, so
/// that nothing stands between the clock and the library. Whatever the library throws passes through.
///
/// `end_inference(start_ns)` is called at the end of each inference, inside of the timed region: for an engine of the
/// tests that is slower by a known share (tests/slowed_engine).
template <typename Prepare, typename Infer, typename EndInference>
protocol::BlockSamples timed_block(const BlockLength& length, Prepare prepare, Infer infer,
                                   EndInference end_inference) {
    protocol::BlockSamples block;
    std::vector<std::int64_t>& samples = block.streams.emplace_back();
    // All of it before the first call: no sample waits for the list to grow.
    samples.reserve(
        static_cast<std::size_t>(std::min<std::int64_t>(length.count.value_or(length.maximum_count), 1 << 24)));
    std::int64_t first_start = 0;
    std::int64_t end = 0;
    do {
        prepare();
        const std::int64_t start = monotonic_ns();
        infer();
        end_inference(start);
        end = monotonic_ns();
        samples.push_back(end - start);
        first_start = first_start == 0 ? start : first_start;
    } while (!is_over(length, static_cast<std::int64_t>(samples.size()), end - first_start));
    block.wall_ns = end - first_start;
    return block;
}

template <typename Prepare, typename Infer>
protocol::BlockSamples timed_block(const BlockLength& length, Prepare prepare, Infer infer) {
    return timed_block(length, prepare, infer, [](std::int64_t) {});
}

}  // namespace gravbench::engine
