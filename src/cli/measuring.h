#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/json.h"
#include "plan/plan.h"

namespace gravbench::cli {

/// How the commands that measure go about it.
struct MeasuringFlags {
    bool is_quiet = false;
    bool is_dry_run = false;  ///< print the cells and measure nothing
    bool has_resume = false;
    std::string command;  ///< the command line, for the document
};

void add_measuring_flags(CLI::App& app, MeasuringFlags& flags);

/// A command line as a shell would take it.
std::string joined(const std::vector<std::string>& words);

/// What is said of a document once it is measured: a text for stdout, and the exit code that it asks for beyond what
/// the document's problems do.
struct Judgement {
    std::string text;
    ExitCode code = ExitCode::fine;
};

/// Checks the plan, measures it, writes the document where the plan says, and prints it as `render` has it, then what
/// `judge` says. Gives the exit code that the document's problems ask for, or that of an interruption. Throws
/// UsageError, DataError, EngineError before anything is measured.
ExitCode measure_and_show(plan::Plan plan, const MeasuringFlags& flags,
                          const std::function<std::string(const Json& document)>& render,
                          const std::function<Judgement(const Json& document)>& judge = nullptr);

}  // namespace gravbench::cli
