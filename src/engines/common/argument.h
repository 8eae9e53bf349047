#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "engines/common/tensor.h"

namespace gravbench::engine {

struct Argument;

struct ArgumentList {
    std::vector<Argument> items;
};

struct ArgumentTuple {
    std::vector<Argument> items;
};

/// In the order in which they are inserted.
struct ArgumentDict {
    std::vector<std::string> keys;
    std::vector<Argument> items;
};

/// One argument of a call, as the `inputs` request describes it, with its values.
struct Argument {
    std::string name;  ///< may be empty
    std::variant<Tensor, bool, std::int64_t, double, ArgumentList, ArgumentTuple, ArgumentDict> value;
};

/// The arguments of one call, and what they were made from.
struct Arguments {
    std::vector<Argument> values;
    std::uint64_t digest = 0;  ///< FNV-1a of all tensors' bytes, as docs/protocol.md has it
};

/// Makes the arguments that the `inputs` request describes. Throws Failure inputs_do_not_fit, and DataError where the
/// request lacks what every one has.
Arguments make_arguments(const Json& request);

/// The argument as a tensor. Throws Failure inputs_do_not_fit where it is none, for an engine whose models take nothing
/// else.
const Tensor& tensor_of(const Argument& argument);

}  // namespace gravbench::engine
