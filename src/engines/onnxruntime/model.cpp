#include "engines/onnxruntime/model.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "engines/common/failure.h"

namespace gravbench::onnxruntime_engine {
namespace {

using engine::Failure;

/// ONNX's types in the order of protocol::element_types().
constexpr ONNXTensorElementDataType onnx_types[] = {
    ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE,  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8,     ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16,   ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32,    ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL};

const protocol::ElementType* type_of(ONNXTensorElementDataType type) {
    const auto* const found = std::find(std::begin(onnx_types), std::end(onnx_types), type);
    const auto index = static_cast<std::size_t>(found - std::begin(onnx_types));
    return found == std::end(onnx_types) ? nullptr : &protocol::element_types()[index];
}

engine::Port port_of(const Ort::Session& session, std::size_t index) {
    Ort::AllocatorWithDefaultOptions allocator;
    engine::Port port;
    port.name = session.GetInputNameAllocated(index, allocator).get();
    const Ort::TypeInfo type = session.GetInputTypeInfo(index);
    if (type.GetONNXType() == ONNX_TYPE_TENSOR) {
        const auto info = type.GetTensorTypeAndShapeInfo();  // It lives no longer than `type`.
        port.type = type_of(info.GetElementType());
        // One whose rank is free has no dimensions either: any shape will do, as far as can be seen here.
        if (const std::vector<std::int64_t> shape = info.GetShape(); !shape.empty()) {
            port.shape = shape;
        }
    }
    return port;
}

/// A tensor of the runtime's own, as a deployment makes it.
Ort::Value value_of(const engine::Tensor& tensor) {
    Ort::AllocatorWithDefaultOptions allocator;
    Ort::Value value = Ort::Value::CreateTensor(allocator, tensor.shape.data(), tensor.shape.size(),
                                                onnx_types[protocol::index_of(*tensor.type)]);
    if (!tensor.bytes.empty()) {
        std::memcpy(value.GetTensorMutableRawData(), tensor.bytes.data(), tensor.bytes.size());
    }
    return value;
}

engine::Tensor plain(const Ort::Value& value, const std::string& name) {
    if (!value.IsTensor()) {
        throw Failure("inference_failed", "output \"" + name + "\" is no tensor");
    }
    const auto info = value.GetTensorTypeAndShapeInfo();
    const protocol::ElementType* const type = type_of(info.GetElementType());
    if (type == nullptr) {
        throw Failure("inference_failed", "output \"" + name + "\" is of a type that is not supported");
    }
    engine::Tensor tensor = engine::zeros(*type, info.GetShape());
    if (!tensor.bytes.empty()) {
        std::memcpy(tensor.bytes.data(), value.GetTensorRawData(), tensor.bytes.size());
    }
    return tensor;
}

}  // namespace

OnnxRuntimeModel::OnnxRuntimeModel(Ort::Session session) : session_(std::move(session)) {
    Ort::AllocatorWithDefaultOptions allocator;
    for (std::size_t i = 0; i < session_.GetInputCount(); ++i) {
        ports_.push_back(port_of(session_, i));
    }
    for (std::size_t i = 0; i < session_.GetOutputCount(); ++i) {
        output_names_.emplace_back(session_.GetOutputNameAllocated(i, allocator).get());
    }
    for (const engine::Port& port : ports_) {
        input_pointers_.push_back(port.name.c_str());
    }
    for (const std::string& name : output_names_) {
        output_pointers_.push_back(name.c_str());
    }
}

void OnnxRuntimeModel::bind(const std::vector<engine::Argument>& arguments) {
    std::vector<Ort::Value> values;
    for (const engine::Tensor* const tensor : engine::tensors_for(ports_, arguments)) {
        values.push_back(value_of(*tensor));
    }
    inputs_ = std::move(values);
}

std::vector<Ort::Value> OnnxRuntimeModel::call() {
    return session_.Run(Ort::RunOptions{nullptr}, input_pointers_.data(), inputs_.data(), inputs_.size(),
                        output_pointers_.data(), output_pointers_.size());
}

protocol::BlockSamples OnnxRuntimeModel::run(const engine::BlockLength& length) {
    std::vector<Ort::Value> outputs;
    std::vector<Ort::Value> earlier;
    const auto prepare = [&] {
        // Those of the last call live while the next is prepared, as they do where somebody reads them.
        std::swap(earlier, outputs);
        outputs.clear();
    };
    return engine::timed_block(length, prepare, [&] { outputs = call(); });
}

std::vector<engine::NamedTensor> OnnxRuntimeModel::infer() {
    const std::vector<Ort::Value> values = call();
    const std::vector<std::string> names = engine::output_names(output_names_);
    std::vector<engine::NamedTensor> outputs;
    for (std::size_t i = 0; i < values.size(); ++i) {
        outputs.push_back({names[i], plain(values[i], output_names_[i])});
    }
    return outputs;
}

}  // namespace gravbench::onnxruntime_engine
