#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "document/document.h"
#include "plan/plan.h"

namespace gravbench::cli {

/// How the commands that measure go about it.
struct MeasuringFlags {
    bool is_quiet = false;
    bool is_dry_run = false;  ///< check the plan, print the cells, and measure nothing
    bool has_resume = false;
    std::string command;  ///< the command line, for the document
};

void add_measuring_flags(CLI::App& app, MeasuringFlags& flags);

/// What is said of a document once it is measured: a text for stdout, and the exit code that it asks for beyond what
/// the document's problems do.
struct Judgement {
    std::string text;
    ExitCode code = ExitCode::fine;
};

/// What becomes of a document once it is measured.
struct Showing {
    std::function<std::string(const document::Document& document)> render;
    /// May throw DataError where its verdicts cannot be written.
    std::function<Judgement(const document::Document& document)> judge = nullptr;
};

/// What a command adds to the plan that its flags make: defaults of its own, and checks. It says what is shown in the
/// end. Called more than once, first before any engine is started.
using Complete = std::function<Showing(plan::Plan& plan)>;

/// Plans what was given, measures it, writes the document where the plan says, and prints it as `complete` says. Gives
/// the exit code that the document's problems ask for, that of an interruption, or that of a document which could not
/// be written. Throws UsageError, DataError, EngineError before anything is measured.
ExitCode measure_and_show(const plan::Layer& given, const MeasuringFlags& flags, const Complete& complete);

}  // namespace gravbench::cli
