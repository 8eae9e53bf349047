#include "engines/torch/model.h"

#include "engines/torch/values.h"

namespace gravbench::torch_engine {

void TorchModel::bind(const std::vector<engine::Argument>& arguments) {
    const c10::FunctionSchema& schema = loaded_.module.get_method("forward").function().getSchema();
    arguments_ = bound_values(arguments, schema, loaded_.is_channels_last);
}

protocol::BlockSamples TorchModel::run(const engine::BlockLength& length) {
    return run_with(length, [](std::int64_t) {});
}

std::vector<engine::NamedTensor> TorchModel::infer() {
    const c10::InferenceMode guard;
    return flattened(loaded_.module.forward(arguments_));
}

}  // namespace gravbench::torch_engine
