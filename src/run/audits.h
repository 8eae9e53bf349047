#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "records/cell_outcome.h"
#include "run/world.h"

namespace gravbench::run {

/// Makes and keeps the audits of a run: a launch of its own under oneDNN's profile for each cell, and for those cells
/// that differ in one setting, where the setting's effect shows only by comparison (findings/effect.h). Each is made
/// once, however many cells ask for it.
class Audits {
  public:
    /// Each new one goes to `keep`.
    Audits(World& world, const plan::Plan& plan, std::function<void(const records::AuditRecord&)> keep);

    /// Those of an interrupted run.
    void adopt(const std::vector<records::AuditRecord>& earlier);
    /// Takes the audit that a launch made.
    void add(records::AuditRecord record);
    /// Whether the cell's outputs are to be compared with those under another setting.
    bool wants_outputs(const std::string& cell) const { return comparisons_left_.count(cell) != 0; }
    void keep_outputs(const std::string& cell, const std::optional<std::filesystem::path>& outputs);

    /// What its launches measure.
    const plan::LaunchShape& shape() const { return shape_; }
    /// How many launches it would take to audit the cell now.
    std::size_t launches_needed(const plan::Cell& cell) const;
    /// Fills the outcome's audit and alternatives. Throws Interrupted.
    void audit(const plan::Cell& cell, records::CellOutcome& outcome);

  private:
    const records::AuditRecord& record_for(const plan::Cell& cell);
    std::optional<protocol::Comparison> compared(const plan::Cell& cell, const plan::Cell& other) const;
    void release_outputs(const std::string& cell);

    World& world_;
    plan::LaunchShape shape_;
    std::function<void(const records::AuditRecord&)> keep_;
    std::map<std::string, records::AuditRecord> made_;
    std::map<std::string, int> comparisons_left_;  ///< by the keys of cells whose outputs are compared
    std::map<std::string, std::filesystem::path> outputs_;
};

}  // namespace gravbench::run
