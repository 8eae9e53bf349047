#pragma once

#include <torch/script.h>

#include <vector>

#include "engine/tensor_file.h"

namespace gravbench::engine {

/// The tensors of a model's output, named as docs/protocol.md has it.
std::vector<NamedTensor> flatten(const c10::IValue& output);

}  // namespace gravbench::engine
