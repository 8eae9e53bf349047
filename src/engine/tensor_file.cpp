#include "engine/tensor_file.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/errors.h"
#include "base/json.h"
#include "engine/failure.h"
#include "protocol/tensor_file.h"

namespace gravbench::engine {
namespace {

/// LibTorch's types in the order of protocol::element_types().
constexpr at::ScalarType scalar_types[] = {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble, at::kChar,
                                           at::kByte, at::kShort,    at::kInt,   at::kLong,   at::kBool};

const protocol::ElementType& element_type(at::ScalarType type) {
    const auto* const found = std::find(std::begin(scalar_types), std::end(scalar_types), type);
    if (found == std::end(scalar_types)) {
        throw Failure("inputs_do_not_fit", std::string("tensors of type ") + toString(type) + " are not supported");
    }
    return protocol::element_types().at(static_cast<std::size_t>(found - std::begin(scalar_types)));
}

at::ScalarType scalar_type_of(const protocol::ElementType& type) {
    return scalar_types[&type - protocol::element_types().data()];
}

/// A name beside the target that no other process writes to.
std::string unfinished_name(const std::string& path) {
    return path + "." + std::to_string(::getpid()) + ".unfinished";
}

}  // namespace

std::string dtype_name(at::ScalarType type) {
    return element_type(type).name;
}

at::ScalarType scalar_type(const std::string& dtype) {
    for (const protocol::ElementType& type : protocol::element_types()) {
        if (dtype == type.name) {
            return scalar_type_of(type);
        }
    }
    throw Failure("inputs_do_not_fit", "there is no dtype \"" + dtype + "\"");
}

void write_tensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
    Json header = Json::object();
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        const std::uint64_t end = offset + tensor.nbytes();
        header[name] = {{"dtype", element_type(tensor.scalar_type()).safetensors},
                        {"shape", tensor.sizes().vec()},
                        {"data_offsets", Json::array({offset, end})}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // The format asks for data at a multiple of 8.
    const std::uint64_t size = text.size();
    const std::string unfinished = unfinished_name(path);
    std::ofstream stream(unfinished, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(&size), sizeof size);
    stream << text;
    for (const auto& [name, tensor] : tensors) {
        const at::Tensor contiguous = tensor.contiguous();
        stream.write(static_cast<const char*>(contiguous.data_ptr()),
                     static_cast<std::streamsize>(contiguous.nbytes()));
    }
    stream.close();
    if (!stream || std::rename(unfinished.c_str(), path.c_str()) != 0) {
        std::remove(unfinished.c_str());
        throw Failure("reference_not_readable", path + ": cannot be written");
    }
}

std::vector<NamedTensor> read_tensors(const std::string& path) {
    std::vector<NamedTensor> tensors;
    try {
        protocol::TensorFile file(path);
        for (const protocol::StoredTensor& stored : file.tensors()) {
            const at::Tensor tensor = at::empty(stored.shape, scalar_type_of(*stored.type));
            file.read(stored, 0, tensor.data_ptr(), stored.bytes);
            tensors.emplace_back(stored.name, tensor);
        }
    } catch (const DataError& error) {
        throw Failure("reference_not_readable", error.what());
    } catch (const std::exception&) {
        throw failure_from_current("reference_not_readable", path);
    }
    return tensors;
}

at::Tensor read_tensor(const std::string& path, const std::string& name) {
    for (const auto& [found, tensor] : read_tensors(path)) {
        if (found == name) {
            return tensor;
        }
    }
    throw Failure("inputs_do_not_fit", path + ": holds no tensor \"" + name + "\"");
}

}  // namespace gravbench::engine
