#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "machine/machine.h"
#include "plan/plan.h"
#include "results/audit_record.h"
#include "results/launch_record.h"
#include "results/problem.h"

namespace gravbench::results {

inline constexpr const char* schema_name = "gravbench.results/1";

/// What the document says of the run as a whole.
struct RunFacts {
    std::string id;
    std::string started;   ///< UTC, ISO 8601
    std::string finished;  ///< UTC, ISO 8601
    bool is_complete = true;
    std::string tool_version;
    std::string tool_commit;
    std::string command;
    std::uint64_t seed = 0;
};

/// All that was found out about one cell.
struct CellOutcome {
    std::vector<LaunchRecord> launches;
    /// Beyond those that follow from the launches themselves.
    std::vector<Problem> problems;
    std::optional<AuditRecord> audit = {};
    /// Audits of cells that differ in one setting, where an effect is shown by comparison (results/effect.h).
    std::vector<Alternative> alternatives = {};
};

/// The cell as it stands in the document: its figures, computed from its launches, and its problems.
Json cell_result(const plan::Cell& cell, const plan::Model& model, const plan::RunOptions& options,
                 const CellOutcome& outcome, const machine::Machine& machine = {});

/// The whole document (docs/results.md). `outcomes` has one entry for each of the plan's cells.
Json document(const RunFacts& run, const machine::Machine& machine, const plan::Plan& plan,
              const std::vector<CellOutcome>& outcomes);

/// Reads a results document. Throws DataError where the file is none, or one of another version.
Json read_document(const std::filesystem::path& path);

/// What a run that gave this document exits with: the gravest of its cells' problems.
ExitCode exit_code_for(const Json& document);

}  // namespace gravbench::results

namespace gravbench {
/// The JSON Schema of the document (src/results/results.schema.json).
const char* results_schema();
}  // namespace gravbench
