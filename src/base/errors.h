#pragma once

#include <stdexcept>
#include <string>

#include "base/exit_code.h"

namespace gravbench {

/// What stops an action. main turns it into one line on stderr and an exit code; nobody else prints errors or exits.
/// What happens to one cell is no exception but a Problem in the document.
class Error : public std::runtime_error {
  public:
    explicit Error(const std::string& message, ExitCode code = ExitCode::usage)
        : std::runtime_error(message), code_(code) {}
    ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

/// The command line asks for something that cannot be done.
class UsageError : public Error {
  public:
    using Error::Error;
};

/// A config file is wrong. The message starts with "FILE:LINE: ".
class ConfigError : public Error {
  public:
    ConfigError(const std::string& file, int line, const std::string& message)
        : Error(file + ":" + std::to_string(line) + ": " + message) {}
};

/// The engine did not do its part: not found, crashed, silent, or it answered with an error.
/// `problem` is the code of the problem that a cell gets for it (findings/problem.h).
class EngineError : public Error {
  public:
    EngineError(std::string problem, const std::string& message)
        : Error(message, ExitCode::cell_failed), problem_(std::move(problem)) {}
    const std::string& problem() const { return problem_; }

  private:
    std::string problem_;
};

/// A file or message does not hold what it should.
class DataError : public Error {
  public:
    using Error::Error;
};

/// SIGINT or SIGTERM arrived. What was measured is kept.
class Interrupted : public Error {
  public:
    Interrupted() : Error("interrupted", ExitCode::interrupted) {}
};

}  // namespace gravbench
