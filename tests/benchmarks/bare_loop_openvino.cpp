// The bare loop against OpenVINO, for a model of one input in f32:
//
//   bare_loop_openvino MODEL.onnx DIMENSION...

#include <algorithm>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/infer_request.hpp>
#include <openvino/runtime/properties.hpp>

#include "bare_loop.h"

int main(int argc, char** argv) {
    ov::Core core;
    return bare_loop::main_of(argc, argv, [&](const std::string& file, const std::vector<std::int64_t>& shape) {
        ov::CompiledModel model = core.compile_model(file, "CPU", ov::hint::inference_precision(ov::element::f32),
                                                     ov::inference_num_threads(bare_loop::threads()),
                                                     ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY));
        ov::Tensor input(ov::element::f32, ov::Shape(shape.begin(), shape.end()));
        const std::vector<float> values = bare_loop::numbers(input.get_size());
        std::copy(values.begin(), values.end(), input.data<float>());
        ov::InferRequest request = model.create_infer_request();
        request.set_input_tensor(input);
        return [model, request]() mutable {
            request.infer();
            return true;
        };
    });
}
