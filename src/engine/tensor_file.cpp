#include "engine/tensor_file.h"

#include <bit>
#include <cstdint>
#include <cstdio>
#include <fstream>

#include "base/json.h"
#include "engine/failure.h"

namespace gravbench::engine {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little endian");

struct TypeName {
    at::ScalarType type;
    const char* protocol;
    const char* safetensors;
};

constexpr TypeName type_names[] = {
    {at::kHalf, "f16", "F16"}, {at::kBFloat16, "bf16", "BF16"}, {at::kFloat, "f32", "F32"}, {at::kDouble, "f64", "F64"},
    {at::kChar, "i8", "I8"},   {at::kByte, "u8", "U8"},         {at::kShort, "i16", "I16"}, {at::kInt, "i32", "I32"},
    {at::kLong, "i64", "I64"}, {at::kBool, "bool", "BOOL"}};

const TypeName& type_name(at::ScalarType type) {
    for (const TypeName& entry : type_names) {
        if (entry.type == type) {
            return entry;
        }
    }
    throw Failure("inputs_do_not_fit", std::string("tensors of type ") + toString(type) + " are not supported");
}

[[noreturn]] void fail_reading(const std::string& path, const std::string& reason) {
    throw Failure("reference_not_readable", path + ": " + reason);
}

Json read_header(std::ifstream& stream, const std::string& path, std::uint64_t file_size) {
    std::uint64_t size = 0;
    stream.read(reinterpret_cast<char*>(&size), sizeof size);
    if (!stream || size > file_size - sizeof size) {
        fail_reading(path, "no safetensors file, or a truncated one");
    }
    std::string text(size, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(size));
    Json header = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!stream || !header.is_object()) {
        fail_reading(path, "its header is not valid JSON");
    }
    header.erase("__metadata__");
    return header;
}

at::ScalarType type_from(const std::string& safetensors, const std::string& path) {
    for (const TypeName& entry : type_names) {
        if (safetensors == entry.safetensors) {
            return entry.type;
        }
    }
    fail_reading(path, "dtype " + safetensors + " is not supported");
}

at::Tensor read_data(std::ifstream& stream, const Json& entry, std::uint64_t data_start, std::uint64_t file_size,
                     const std::string& path) {
    const auto shape = required<std::vector<std::int64_t>>(entry, "shape", path);
    const auto offsets = required<std::vector<std::uint64_t>>(entry, "data_offsets", path);
    const at::ScalarType type = type_from(required<std::string>(entry, "dtype", path), path);
    // Sized without memory first: a damaged header may ask for more than there is.
    const std::uint64_t size = at::empty(shape, at::TensorOptions().dtype(type).device(at::kMeta)).nbytes();
    if (offsets.size() != 2 || offsets[1] < offsets[0] || offsets[1] - offsets[0] != size ||
        offsets[1] > file_size - data_start) {
        fail_reading(path, "damaged: the data do not fit the header");
    }
    at::Tensor tensor = at::empty(shape, type);
    stream.seekg(static_cast<std::streamoff>(data_start + offsets[0]));
    stream.read(static_cast<char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
    if (!stream) {
        fail_reading(path, "truncated");
    }
    return tensor;
}

}  // namespace

std::string dtype_name(at::ScalarType type) {
    return type_name(type).protocol;
}

at::ScalarType scalar_type(const std::string& dtype) {
    for (const TypeName& entry : type_names) {
        if (dtype == entry.protocol) {
            return entry.type;
        }
    }
    throw Failure("inputs_do_not_fit", "there is no dtype \"" + dtype + "\"");
}

void write_tensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
    Json header = Json::object();
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        const std::uint64_t end = offset + tensor.nbytes();
        header[name] = {{"dtype", type_name(tensor.scalar_type()).safetensors},
                        {"shape", tensor.sizes().vec()},
                        {"data_offsets", Json::array({offset, end})}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // The format asks for data at a multiple of 8.
    const std::uint64_t size = text.size();
    const std::string unfinished = path + ".unfinished";
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
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    if (!stream) {
        fail_reading(path, "cannot be read");
    }
    const auto file_size = static_cast<std::uint64_t>(stream.tellg());
    stream.seekg(0);
    if (file_size < sizeof(std::uint64_t)) {
        fail_reading(path, "no safetensors file, or a truncated one");
    }
    const Json header = read_header(stream, path, file_size);
    const auto data_start = static_cast<std::uint64_t>(stream.tellg());
    std::vector<NamedTensor> tensors;
    try {
        for (const auto& [name, entry] : header.items()) {
            tensors.emplace_back(name, read_data(stream, entry, data_start, file_size, path));
        }
    } catch (const Failure&) {
        throw;
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
