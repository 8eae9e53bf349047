#pragma once

#include <stdexcept>
#include <string>

namespace gravbench::engine {

/// A request could not be carried out: the `error` reply of docs/protocol.md.
class Failure : public std::runtime_error {
  public:
    Failure(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
    const std::string& code() const { return code_; }

  private:
    std::string code_;
};

/// The text of the exception in flight, for an engine whose library says no more by it. To be called in a catch block.
std::string cause_of_current();

/// How an engine says what the exception in flight is about; the first line is the cause.
using Cause = std::string (*)();

/// The exception in flight as a Failure with `code`, or with out_of_memory where that is what happened. The message
/// begins with the context and the cause, a few lines of it. To be called in a catch block.
Failure failure_from_current(const std::string& code, const std::string& context, Cause cause = cause_of_current);

}  // namespace gravbench::engine
