#pragma once

#include <string>
#include <vector>

#include "engines/common/tensor.h"

namespace gravbench::engine {

/// Writes a safetensors file (format: the header's length as 8 bytes, little endian; a JSON header; the data), under
/// another name first, so that a reader never sees half of one. Throws Failure.
void write_tensors(const std::string& path, const std::vector<NamedTensor>& tensors);

/// Reads one, checking every offset. Throws Failure reference_not_readable.
std::vector<NamedTensor> read_tensors(const std::string& path);

/// One tensor of it. Throws Failure inputs_do_not_fit where there is none of that name.
Tensor read_tensor(const std::string& path, const std::string& name);

}  // namespace gravbench::engine
