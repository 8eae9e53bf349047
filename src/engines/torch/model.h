#pragma once

#include <torch/script.h>

#include <utility>
#include <vector>

#include "engines/common/engine.h"
#include "engines/torch/module.h"

namespace gravbench::torch_engine {

class TorchModel : public engine::Model {
  public:
    explicit TorchModel(LoadedModule loaded) : loaded_(std::move(loaded)) {}

    void bind(const std::vector<engine::Argument>& arguments) override;
    protocol::BlockSamples run(const engine::BlockLength& length) override;
    std::vector<engine::NamedTensor> infer() override;

    /// The block behind run(), with what is called at the end of each inference (engine::timed_block).
    template <typename EndInference>
    protocol::BlockSamples run_with(const engine::BlockLength& length, EndInference end_inference);

  private:
    LoadedModule loaded_;
    std::vector<c10::IValue> arguments_;
};

template <typename EndInference>
protocol::BlockSamples TorchModel::run_with(const engine::BlockLength& length, EndInference end_inference) {
    const c10::InferenceMode guard;
    // Looked up once: finding a method by its name is no part of an inference.
    const torch::jit::Method forward = loaded_.module.get_method("forward");
    torch::jit::Function& function = forward.function();
    const c10::IValue self = loaded_.module._ivalue();
    std::vector<c10::IValue> stack;
    stack.reserve(arguments_.size() + 8);
    // Holds the outputs of the last call while the next is prepared, so that freeing them falls outside of the timed
    // region.
    std::vector<c10::IValue> outputs;
    outputs.reserve(stack.capacity());
    const auto prepare = [&] {
        std::swap(outputs, stack);
        stack.clear();
        stack.push_back(self);
        stack.insert(stack.end(), arguments_.begin(), arguments_.end());
    };
    return engine::timed_block(
        length, prepare, [&] { function.run(stack); }, end_inference);
}

}  // namespace gravbench::torch_engine
