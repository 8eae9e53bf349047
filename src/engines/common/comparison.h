#pragma once

#include <cstdint>
#include <vector>

#include "engines/common/tensor.h"
#include "protocol/messages.h"

namespace gravbench::engine {

/// How close a cell's outputs are to the reference, by the definitions of docs/protocol.md ("compare"), in double
/// precision. Throws Failure outputs_do_not_match where names or shapes differ.
protocol::Comparison compare(const std::vector<NamedTensor>& outputs, const std::vector<NamedTensor>& reference,
                             std::int64_t batch);

}  // namespace gravbench::engine
