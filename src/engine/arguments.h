#pragma once

#include <torch/script.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace gravbench::engine {

/// The arguments of one call of forward, and what they were made from.
struct Arguments {
    std::vector<c10::IValue> values;
    std::uint64_t digest = 0;  ///< FNV-1a of all tensors' bytes, as docs/protocol.md has it
};

/// Makes the arguments that the `inputs` request describes, with types that the schema of forward accepts (a list of
/// tensors for List[Tensor], a float for a whole number where forward takes a float). Tensors of 4 dimensions get
/// channels_last where asked for. Throws Failure inputs_do_not_fit that shows forward's signature where they are not
/// what it takes.
Arguments make_arguments(const Json& request, const c10::FunctionSchema& schema, bool is_channels_last);

}  // namespace gravbench::engine
