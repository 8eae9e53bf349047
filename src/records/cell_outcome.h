#pragma once

#include <optional>
#include <vector>

#include "records/audit_record.h"
#include "records/launch_record.h"

namespace gravbench::records {

/// All that a run saw of one cell.
struct CellOutcome {
    std::vector<LaunchRecord> launches;
    /// Beyond those that follow from the launches themselves.
    std::vector<Problem> problems;
    std::optional<AuditRecord> audit = {};
    /// Audits of cells that differ in one setting, where an effect is shown by comparison (findings/effect.h).
    std::vector<Alternative> alternatives = {};
};

/// All that a run saw: one outcome for each of the plan's cells.
struct RunOutcome {
    std::vector<CellOutcome> cells;
    bool is_interrupted = false;
    /// What its readings were made with; nothing where there are none.
    std::optional<machine::YardstickDescription> yardstick = {};
    /// What a library reaches, by the number of threads; empty where it was not asked, or cannot be had.
    std::vector<machine::PracticalPeaks> practical = {};
};

}  // namespace gravbench::records
