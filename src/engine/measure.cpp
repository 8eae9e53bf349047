#include "engine/measure.h"

#include "engine/timed_block.h"

namespace gravbench::engine {

c10::IValue infer(torch::jit::Module& module, const std::vector<c10::IValue>& arguments) {
    const c10::InferenceMode guard;
    return module.forward(arguments);
}

protocol::BlockSamples run_block(torch::jit::Module& module, const std::vector<c10::IValue>& arguments,
                                 const BlockLength& length) {
    return timed_block(module, arguments, length, [](std::int64_t) {});
}

}  // namespace gravbench::engine
