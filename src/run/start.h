#pragma once

#include <optional>
#include <string>
#include <vector>

#include "machine/machine.h"
#include "plan/plan.h"
#include "results/journal.h"
#include "run/launch.h"

namespace gravbench::run {

/// One short launch that tells who the engine is, before anything is measured: a wrong engine is found in a second. As
/// the document's "engine". Throws EngineError with the engine's program and its last words.
Json probe_engine(const LaunchContext& context);

/// A run's identity, and the launches that an earlier, interrupted try has made already.
struct Start {
    std::string id;
    std::string started;  ///< UTC
    std::vector<results::LaunchRecord> earlier;
    std::vector<results::AuditRecord> audits;
    /// Nothing without an output, or for one that is a device or a pipe.
    std::optional<results::Journal> journal;
    /// What the user should know.
    std::vector<std::string> notes;
};

/// Opens the journal beside the plan's output. One that an interrupted run left is gone on with where `has_resume`, and
/// kept under another name otherwise. Throws UsageError where it is of another run: other cells, models, options that
/// samples depend on, engines or machine.
Start begin(const plan::Plan& plan, const machine::Machine& host, const Json& engines, bool has_resume);

}  // namespace gravbench::run
