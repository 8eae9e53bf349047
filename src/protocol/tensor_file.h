#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "protocol/element_type.h"

namespace gravbench::protocol {

/// One tensor of a file, as its header describes it.
struct StoredTensor {
    std::string name;
    const ElementType* type = nullptr;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;  ///< of its data in the file
    std::uint64_t bytes = 0;

    std::int64_t elements() const { return static_cast<std::int64_t>(bytes / type->bytes); }
};

/// A safetensors file (the header's length as 8 bytes, little endian; a JSON header; the data), open for reading. The
/// header is checked whole when it is opened, so that no tensor reaches beyond the file: whoever wrote it is not
/// trusted. Everything throws DataError that names the file.
class TensorFile {
  public:
    explicit TensorFile(std::filesystem::path path);

    /// In the header's order.
    const std::vector<StoredTensor>& tensors() const { return tensors_; }

    /// Reads so many bytes of a tensor's data, from the byte `from` of it.
    void read(const StoredTensor& tensor, std::uint64_t from, void* target, std::uint64_t bytes);

    /// Reads so many elements, from that one on, in double precision. Integers beyond 2^53 are rounded.
    std::vector<double> read_doubles(const StoredTensor& tensor, std::int64_t from, std::int64_t count);

  private:
    [[noreturn]] void fail(const std::string& reason) const;

    std::filesystem::path path_;
    std::ifstream stream_;
    std::vector<StoredTensor> tensors_;
};

}  // namespace gravbench::protocol
