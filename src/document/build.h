#pragma once

#include <filesystem>
#include <string>

#include "document/document.h"
#include "plan/plan.h"
#include "records/cell_outcome.h"

namespace gravbench::document {

/// The document of a run: figures and findings computed from its records. `run.is_complete` and `run.given` follow from
/// the outcome and the plan.
Document build(Run run, const machine::Machine& host, const plan::Plan& plan, const records::RunOutcome& outcome);

/// What the journal of an interrupted run holds. It knows its cells by their keys only, so each key stands as a model.
/// Throws DataError.
Document from_journal(const std::filesystem::path& path);

}  // namespace gravbench::document
