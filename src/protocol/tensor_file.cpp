#include "protocol/tensor_file.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/errors.h"
#include "base/json.h"
#include "protocol/line.h"
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

}  // namespace

void TensorFile::fail(const std::string& reason) const {
    throw DataError(path_.string() + ": " + reason);
}

TensorFile::TensorFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code ignored;
    // Asked first: opening a pipe waits for its other end.
    if (std::filesystem::is_regular_file(path_, ignored)) {
        stream_.open(path_, std::ios::binary | std::ios::ate);
    }
    const std::streamoff end = stream_.is_open() ? std::streamoff(stream_.tellg()) : -1;
    if (end < 0) {
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
        const auto bytes = bytes_of(tensor.shape, *tensor.type);
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
    return as_doubles(*tensor.type, data.data(), static_cast<std::size_t>(count));
}

}  // namespace gravbench::protocol
