#pragma once

#include <torch/script.h>

#include <cstdint>
#include <optional>
#include <vector>

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

/// One call, as a user of LibTorch would make it.
c10::IValue infer(torch::jit::Module& module, const std::vector<c10::IValue>& arguments);

/// A block of consecutive inferences, each timed for itself. Whatever the model throws passes through.
protocol::BlockSamples run_block(torch::jit::Module& module, const std::vector<c10::IValue>& arguments,
                                 const BlockLength& length);

}  // namespace gravbench::engine
