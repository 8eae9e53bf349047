#pragma once

#include <torch/script.h>

#include <vector>

#include "engines/common/argument.h"

namespace gravbench::torch_engine {

/// The arguments of a call of forward, with types that its schema accepts (a list of tensors for List[Tensor], a float
/// for a whole number where forward takes a float). Tensors of 4 dimensions get channels_last where asked for. Throws
/// Failure inputs_do_not_fit that shows forward's signature where they are not what it takes.
std::vector<c10::IValue> bound_values(const std::vector<engine::Argument>& arguments, const c10::FunctionSchema& schema,
                                      bool is_channels_last);

/// The tensors of a model's output, named as docs/protocol.md has it.
std::vector<engine::NamedTensor> flattened(const c10::IValue& output);

/// The same tensor as one of LibTorch's own, and back. The latter throws Failure inference_failed for a type that the
/// protocol does not have.
at::Tensor tensor_from(const engine::Tensor& tensor);
engine::Tensor plain(const at::Tensor& output);

}  // namespace gravbench::torch_engine
