// The bare loop against LibTorch:
//
//   bare_loop MODEL.pt DIMENSION...       e.g. bare_loop resnet50.pt 1 3 224 224

#include "bare_loop.h"

#include <torch/script.h>

int main(int argc, char** argv) {
    const c10::InferenceMode guard;
    return bare_loop::main_of(argc, argv, [](const std::string& file, const std::vector<std::int64_t>& shape) {
        torch::jit::Module model = torch::jit::load(file);
        model.eval();
        const std::vector<c10::IValue> inputs{torch::rand(shape) * 2 - 1};
        return [model, inputs]() mutable { return model.forward(inputs); };
    });
}
