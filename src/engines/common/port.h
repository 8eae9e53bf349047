#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engines/common/argument.h"

namespace gravbench::engine {

/// An input of a model that names them, as ONNX models do.
struct Port {
    std::string name;
    const protocol::ElementType* type = nullptr;  ///< nothing where the protocol has no such type
    /// -1 for a length that is free; nothing where any shape will do.
    std::optional<std::vector<std::int64_t>> shape;
};

/// The tensors for these inputs, in their order: by name where each input has an argument of its name, else one for
/// one. Exporters leave out inputs that change nothing, so further arguments that have a name are not given. Throws
/// Failure inputs_do_not_fit, saying what the model takes.
std::vector<const Tensor*> tensors_for(const std::vector<Port>& ports, const std::vector<Argument>& arguments);

/// What the protocol calls the outputs of these names: as they are, where an exporter named them so (output.logits),
/// else by their order.
std::vector<std::string> output_names(const std::vector<std::string>& names);

}  // namespace gravbench::engine
