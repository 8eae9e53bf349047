#include "protocol/tensor_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "base/errors.h"
#include "base/json.h"
#include "protocol/messages.h"

namespace gravbench::protocol {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little endian");

/// As the safetensors library has it; a header for thousands of tensors takes a hundredth.
constexpr std::uint64_t most_header_bytes = 100'000'000;

const ElementType* type_from(const std::string& safetensors) {
    const auto& types = element_types();
    const auto found = std::find_if(types.begin(), types.end(),
                                    [&](const ElementType& type) { return safetensors == type.safetensors; });
    return found == types.end() ? nullptr : &*found;
}

/// How many bytes a tensor of this shape takes; nothing where that is no number of them.
std::optional<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, std::uint64_t element_bytes) {
    std::uint64_t bytes = element_bytes;
    bool is_too_large = false;
    for (const std::int64_t length : shape) {
        std::uint64_t product = 0;
        if (length < 0) {
            return std::nullopt;
        }
        is_too_large |= __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(length), &product);
        bytes = product;
    }
    const bool is_empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
    return is_empty ? 0 : is_too_large ? std::nullopt : std::optional(bytes);
}

/// IEEE 754 binary16.
double from_half(std::uint16_t bits) {
    const int exponent = bits >> 10 & 0x1F;
    const int fraction = bits & 0x3FF;
    double value = 0;
    if (exponent == 0x1F) {
        value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
        value = std::ldexp(fraction, -24);
    } else {
        value = std::ldexp(fraction + 0x400, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

/// The upper half of a binary32.
double from_brain(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

template <typename Element, typename Convert>
std::vector<double> converted(const std::vector<char>& bytes, Convert convert) {
    std::vector<double> values(bytes.size() / sizeof(Element));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Element element;
        std::memcpy(&element, bytes.data() + i * sizeof(Element), sizeof(Element));
        values[i] = convert(element);
    }
    return values;
}

template <typename Element>
std::vector<double> as_doubles(const std::vector<char>& bytes) {
    return converted<Element>(bytes, [](Element element) { return static_cast<double>(element); });
}

std::vector<double> halves(const std::vector<char>& bytes) {
    return converted<std::uint16_t>(bytes, from_half);
}

std::vector<double> brains(const std::vector<char>& bytes) {
    return converted<std::uint16_t>(bytes, from_brain);
}

std::vector<double> booleans(const std::vector<char>& bytes) {
    return converted<std::uint8_t>(bytes, [](std::uint8_t byte) { return byte == 0 ? 0.0 : 1.0; });
}

using Converter = std::vector<double> (*)(const std::vector<char>& bytes);

/// In the order of element_types().
constexpr Converter converters[] = {halves,
                                    brains,
                                    as_doubles<float>,
                                    as_doubles<double>,
                                    as_doubles<std::int8_t>,
                                    as_doubles<std::uint8_t>,
                                    as_doubles<std::int16_t>,
                                    as_doubles<std::int32_t>,
                                    as_doubles<std::int64_t>,
                                    booleans};

}  // namespace

const std::vector<ElementType>& element_types() {
    static const std::vector<ElementType> types{
        {"f16", "F16", 2, true},  {"bf16", "BF16", 2, true}, {"f32", "F32", 4, true},  {"f64", "F64", 8, true},
        {"i8", "I8", 1, false},   {"u8", "U8", 1, false},    {"i16", "I16", 2, false}, {"i32", "I32", 4, false},
        {"i64", "I64", 8, false}, {"bool", "BOOL", 1, false}};
    return types;
}

void TensorFile::fail(const std::string& reason) const {
    throw DataError(path_.string() + ": " + reason);
}

TensorFile::TensorFile(std::filesystem::path path)
    : path_(std::move(path)), stream_(path_, std::ios::binary | std::ios::ate) {
    const std::streamoff end = stream_.tellg();
    std::error_code ignored;
    if (!stream_ || end < 0 || !std::filesystem::is_regular_file(path_, ignored)) {
        fail("cannot be read");
    }
    const auto file_bytes = static_cast<std::uint64_t>(end);
    std::uint64_t header_bytes = 0;
    stream_.seekg(0);
    stream_.read(reinterpret_cast<char*>(&header_bytes), sizeof header_bytes);
    if (!stream_ || header_bytes > file_bytes - sizeof header_bytes || header_bytes > most_header_bytes) {
        fail("no safetensors file, or a truncated one");
    }
    std::string text(header_bytes, '\0');
    stream_.read(text.data(), static_cast<std::streamsize>(header_bytes));
    const std::optional<Json> header = stream_ ? parse_message(text) : std::nullopt;
    if (!header) {
        fail("its header is not valid JSON");
    }
    const std::uint64_t data_begin = sizeof header_bytes + header_bytes;
    for (const auto& [name, entry] : header->items()) {
        if (name == "__metadata__") {
            continue;
        }
        const std::string where = path_.string() + ": " + printable(name, 80);
        StoredTensor tensor{name, type_from(required<std::string>(entry, "dtype", where)),
                            required<std::vector<std::int64_t>>(entry, "shape", where), 0, 0};
        if (tensor.type == nullptr) {
            fail("dtype " + printable(entry["dtype"].get<std::string>(), 80) + " is not supported");
        }
        const auto offsets = required<std::vector<std::uint64_t>>(entry, "data_offsets", where);
        const auto bytes = bytes_of(tensor.shape, tensor.type->bytes);
        if (!bytes || offsets.size() != 2 || offsets[1] < offsets[0] || offsets[1] - offsets[0] != *bytes ||
            offsets[1] > file_bytes - data_begin) {
            fail("damaged: the data do not fit the header");
        }
        tensor.begin = data_begin + offsets[0];
        tensor.bytes = *bytes;
        tensors_.push_back(std::move(tensor));
    }
}

void TensorFile::read(const StoredTensor& tensor, std::uint64_t from, void* target, std::uint64_t bytes) {
    if (from > tensor.bytes || bytes > tensor.bytes - from) {
        fail("tensor \"" + printable(tensor.name, 80) + "\" has no such part");
    }
    stream_.clear();
    stream_.seekg(static_cast<std::streamoff>(tensor.begin + from));
    stream_.read(static_cast<char*>(target), static_cast<std::streamsize>(bytes));
    if (!stream_) {
        fail("truncated");
    }
}

std::vector<double> TensorFile::read_doubles(const StoredTensor& tensor, std::int64_t from, std::int64_t count) {
    const std::uint64_t element = tensor.type->bytes;
    const auto bytes = static_cast<std::uint64_t>(count) * element;
    if (from < 0 || count < 0 || bytes > tensor.bytes) {
        fail("tensor \"" + printable(tensor.name, 80) + "\" has no such part");
    }
    std::vector<char> data(bytes);
    read(tensor, static_cast<std::uint64_t>(from) * element, data.data(), bytes);
    return converters[tensor.type - element_types().data()](data);
}

}  // namespace gravbench::protocol
