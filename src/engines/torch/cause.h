#pragma once

#include <string>

namespace gravbench::torch_engine {

/// What the exception in flight is about. Of TorchScript's two tracebacks, some forty lines, the cause and the
/// innermost frame of the model's own code. To be called in a catch block.
std::string cause_of_current();

}  // namespace gravbench::torch_engine
