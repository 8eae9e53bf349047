#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "engine/measure.h"

namespace gravbench::engine {

inline bool is_over(const BlockLength& length, std::int64_t done, std::int64_t elapsed_ns) {
    if (length.count) {
        return done >= *length.count;
    }
    return done >= length.maximum_count || (done >= length.minimum_count && elapsed_ns >= length.duration_ns);
}

/// The loop behind run_block(), for measure.cpp, and for an engine of the tests that is slower by a known share
/// (tests/slowed_engine): `end_inference(start_ns)` is called at the end of each inference, inside of the timed region.
template <typename EndInference>
protocol::BlockSamples timed_block(torch::jit::Module& module, const std::vector<c10::IValue>& arguments,
                                   const BlockLength& length, EndInference end_inference) {
    const c10::InferenceMode guard;
    // Looked up once: finding a method by its name is no part of an inference.
    const torch::jit::Method forward = module.get_method("forward");
    torch::jit::Function& function = forward.function();
    protocol::BlockSamples block;
    std::vector<std::int64_t>& samples = block.streams.emplace_back();
    // All of it before the first call: no sample waits for the list to grow.
    samples.reserve(
        static_cast<std::size_t>(std::min<std::int64_t>(length.count.value_or(length.maximum_count), 1 << 24)));
    const c10::IValue self = module._ivalue();
    std::vector<c10::IValue> stack;
    stack.reserve(arguments.size() + 8);
    // Holds the outputs of the last call while the next is prepared, so that freeing them falls outside of the timed
    // region.
    std::vector<c10::IValue> outputs;
    std::int64_t first_start = 0;
    std::int64_t end = 0;
    do {
        stack.clear();
        stack.push_back(self);
        stack.insert(stack.end(), arguments.begin(), arguments.end());
        const std::int64_t start = monotonic_ns();
        function.run(stack);
        end_inference(start);
        end = monotonic_ns();
        samples.push_back(end - start);
        first_start = first_start == 0 ? start : first_start;
        std::swap(outputs, stack);
    } while (!is_over(length, static_cast<std::int64_t>(samples.size()), end - first_start));
    block.wall_ns = end - first_start;
    return block;
}

}  // namespace gravbench::engine
