#include "engines/aotinductor/model.h"

#include <c10/core/InferenceMode.h>

#include "engines/common/failure.h"
#include "engines/torch/values.h"

namespace gravbench::aotinductor_engine {

void AotInductorModel::bind(const std::vector<engine::Argument>& arguments) {
    std::vector<at::Tensor> inputs;
    if (interface_) {
        for (const engine::Tensor* const tensor : engine::tensors_for(interface_->inputs, arguments)) {
            inputs.push_back(torch_engine::tensor_from(*tensor));
        }
    } else {
        for (const engine::Argument& argument : arguments) {
            inputs.push_back(torch_engine::tensor_from(engine::tensor_of(argument)));
        }
    }
    inputs_ = std::move(inputs);
}

protocol::BlockSamples AotInductorModel::run(const engine::BlockLength& length) {
    const c10::InferenceMode guard;
    std::vector<at::Tensor> outputs;
    std::vector<at::Tensor> earlier;
    const auto prepare = [&] {
        // Freeing them falls outside of the timed region.
        std::swap(earlier, outputs);
        outputs.clear();
    };
    return engine::timed_block(length, prepare, [&] { outputs = loader_->run(inputs_); });
}

std::vector<engine::NamedTensor> AotInductorModel::infer() {
    const c10::InferenceMode guard;
    const std::vector<at::Tensor> outputs = loader_->run(inputs_);
    const std::vector<std::string> names =
        interface_ ? interface_->outputs : engine::output_names(std::vector<std::string>(outputs.size()));
    if (names.size() != outputs.size()) {
        throw engine::Failure("inference_failed", "the package gives " + std::to_string(outputs.size()) +
                                                      " outputs, and names " + std::to_string(names.size()));
    }
    std::vector<engine::NamedTensor> named;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        named.push_back({names[i], torch_engine::plain(outputs[i])});
    }
    return named;
}

}  // namespace gravbench::aotinductor_engine
