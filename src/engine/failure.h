#pragma once

#include <stdexcept>
#include <string>

#include "base/json.h"

namespace gravbench::engine {

/// A request could not be carried out: the `error` reply of docs/protocol.md.
class Failure : public std::runtime_error {
  public:
    Failure(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
    const std::string& code() const { return code_; }

  private:
    std::string code_;
};

/// The exception in flight as a Failure with `code`, or with out_of_memory where that is what happened. The message
/// begins with the context and the cause; of TorchScript's tracebacks, the innermost frame follows. To be called in a
/// catch block.
Failure failure_from_current(const std::string& code, const std::string& context);

}  // namespace gravbench::engine
