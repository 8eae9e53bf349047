// The bare loop against ONNX Runtime, for a model of one input in f32:
//
//   bare_loop_onnxruntime MODEL.onnx DIMENSION...

#include <onnxruntime_cxx_api.h>

#include <functional>
#include <memory>
#include <numeric>

#include "bare_loop.h"

namespace {

/// A session with its one input, which must live as long as it is called.
struct Model {
    Model(const std::string& file, const std::vector<std::int64_t>& shape)
        : values(bare_loop::numbers(static_cast<std::size_t>(
              std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())))) {
        Ort::SessionOptions options;
        options.SetIntraOpNumThreads(bare_loop::threads());
        session = Ort::Session(environment, file.c_str(), options);
        Ort::AllocatorWithDefaultOptions allocator;
        input_name = session.GetInputNameAllocated(0, allocator).get();
        output_name = session.GetOutputNameAllocated(0, allocator).get();
        input = Ort::Value::CreateTensor<float>(memory, values.data(), values.size(), shape.data(), shape.size());
    }

    std::vector<Ort::Value> call() {
        const char* const inputs[] = {input_name.c_str()};
        const char* const outputs[] = {output_name.c_str()};
        return session.Run(Ort::RunOptions{nullptr}, inputs, &input, 1, outputs, 1);
    }

    Ort::Env environment{ORT_LOGGING_LEVEL_WARNING, "bare_loop"};
    Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    std::vector<float> values;
    Ort::Session session{nullptr};
    Ort::Value input{nullptr};
    std::string input_name;
    std::string output_name;
};

}  // namespace

int main(int argc, char** argv) {
    return bare_loop::main_of(argc, argv, [](const std::string& file, const std::vector<std::int64_t>& shape) {
        return [model = std::make_shared<Model>(file, shape)] { return model->call(); };
    });
}
