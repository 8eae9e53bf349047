#pragma once

#include <torch/script.h>

#include <string>
#include <utility>
#include <vector>

namespace gravbench::engine {

using NamedTensor = std::pair<std::string, at::Tensor>;

/// The protocol's name of a tensor's type ("f32") and back. Throws Failure inputs_do_not_fit for one that it does not
/// have.
std::string dtype_name(at::ScalarType type);
at::ScalarType scalar_type(const std::string& dtype);

/// Writes a safetensors file (format: the header's length as 8 bytes, little endian; a JSON header; the data), under
/// another name first, so that a reader never sees half of one. Tensors must be on the CPU. Throws Failure.
void write_tensors(const std::string& path, const std::vector<NamedTensor>& tensors);

/// Reads one, checking every offset. Throws Failure reference_not_readable.
std::vector<NamedTensor> read_tensors(const std::string& path);

/// One tensor of it. Throws Failure inputs_do_not_fit where there is none of that name.
at::Tensor read_tensor(const std::string& path, const std::string& name);

}  // namespace gravbench::engine
