#include "engines/openvino/model.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "engines/common/failure.h"

namespace gravbench::openvino_engine {
namespace {

using engine::Failure;

/// OpenVINO's types in the order of protocol::element_types().
const ov::element::Type openvino_types[] = {ov::element::f16, ov::element::bf16,   ov::element::f32, ov::element::f64,
                                            ov::element::i8,  ov::element::u8,     ov::element::i16, ov::element::i32,
                                            ov::element::i64, ov::element::boolean};

const protocol::ElementType* type_of(const ov::element::Type& type) {
    const auto* const found = std::find(std::begin(openvino_types), std::end(openvino_types), type);
    const auto index = static_cast<std::size_t>(found - std::begin(openvino_types));
    return found == std::end(openvino_types) ? nullptr : &protocol::element_types()[index];
}

/// One of its names, of which a tensor may have several; an empty one where it has none.
std::string name_of(const ov::Output<const ov::Node>& port) {
    const auto& names = port.get_names();
    return names.empty() ? "" : *std::min_element(names.begin(), names.end());
}

engine::Port port_of(const ov::Output<const ov::Node>& input) {
    engine::Port port{name_of(input), type_of(input.get_element_type()), {}};
    const ov::PartialShape& shape = input.get_partial_shape();
    if (shape.rank().is_static()) {
        auto& lengths = port.shape.emplace();
        for (const ov::Dimension& dimension : shape) {
            lengths.push_back(dimension.is_static() ? dimension.get_length() : -1);
        }
    }
    return port;
}

ov::Tensor tensor_from(const engine::Tensor& tensor) {
    ov::Tensor result(openvino_types[protocol::index_of(*tensor.type)],
                      ov::Shape(tensor.shape.begin(), tensor.shape.end()));
    if (!tensor.bytes.empty()) {
        std::memcpy(result.data(), tensor.bytes.data(), tensor.bytes.size());
    }
    return result;
}

engine::Tensor plain(const ov::Tensor& tensor, const std::string& name) {
    const protocol::ElementType* const type = type_of(tensor.get_element_type());
    if (type == nullptr) {
        throw Failure("inference_failed", "output \"" + name + "\" is of a type that is not supported");
    }
    const ov::Shape& shape = tensor.get_shape();
    engine::Tensor result = engine::zeros(*type, std::vector<std::int64_t>(shape.begin(), shape.end()));
    if (!result.bytes.empty()) {
        std::memcpy(result.bytes.data(), tensor.data(), result.bytes.size());
    }
    return result;
}

}  // namespace

OpenVinoModel::OpenVinoModel(ov::CompiledModel compiled)
    : compiled_(std::move(compiled)), request_(compiled_.create_infer_request()) {
    const auto inputs = compiled_.inputs();
    std::transform(inputs.begin(), inputs.end(), std::back_inserter(ports_), port_of);
    const auto outputs = compiled_.outputs();
    std::transform(outputs.begin(), outputs.end(), std::back_inserter(output_names_), name_of);
}

void OpenVinoModel::bind(const std::vector<engine::Argument>& arguments) {
    const std::vector<const engine::Tensor*> tensors = engine::tensors_for(ports_, arguments);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        request_.set_input_tensor(i, tensor_from(*tensors[i]));
    }
}

protocol::BlockSamples OpenVinoModel::run(const engine::BlockLength& length) {
    return engine::timed_block(
        length, [] {}, [&] { request_.infer(); });
}

std::vector<engine::NamedTensor> OpenVinoModel::infer() {
    request_.infer();
    const std::vector<std::string> names = engine::output_names(output_names_);
    std::vector<engine::NamedTensor> outputs;
    for (std::size_t i = 0; i < names.size(); ++i) {
        outputs.push_back({names[i], plain(request_.get_output_tensor(i), output_names_[i])});
    }
    return outputs;
}

}  // namespace gravbench::openvino_engine
