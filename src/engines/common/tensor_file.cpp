#include "engines/common/tensor_file.h"

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>

#include "base/errors.h"
#include "base/json.h"
#include "engines/common/failure.h"
#include "protocol/tensor_file.h"

namespace gravbench::engine {
namespace {

/// A name beside the target that no other process writes to.
std::string unfinished_name(const std::string& path) {
    return path + "." + std::to_string(::getpid()) + ".unfinished";
}

Tensor read_stored(protocol::TensorFile& file, const protocol::StoredTensor& stored) {
    Tensor tensor = zeros(*stored.type, stored.shape);
    file.read(stored, 0, tensor.bytes.data(), stored.bytes);
    return tensor;
}

}  // namespace

void write_tensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
    Json header = Json::object();
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        const std::uint64_t end = offset + tensor.bytes.size();
        header[name] = {
            {"dtype", tensor.type->safetensors}, {"shape", tensor.shape}, {"data_offsets", Json::array({offset, end})}};
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
        stream.write(reinterpret_cast<const char*>(tensor.bytes.data()),
                     static_cast<std::streamsize>(tensor.bytes.size()));
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
            tensors.push_back({stored.name, read_stored(file, stored)});
        }
    } catch (const DataError& error) {
        throw Failure("reference_not_readable", error.what());
    } catch (const std::exception&) {
        throw failure_from_current("reference_not_readable", path);
    }
    return tensors;
}

Tensor read_tensor(const std::string& path, const std::string& name) {
    for (auto& [found, tensor] : read_tensors(path)) {
        if (found == name) {
            return std::move(tensor);
        }
    }
    throw Failure("inputs_do_not_fit", path + ": holds no tensor \"" + name + "\"");
}

}  // namespace gravbench::engine
