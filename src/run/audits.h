#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "results/document.h"
#include "run/launch.h"
#include "run/profile.h"

namespace gravbench::run {

/// Makes and keeps the audits of a run: a launch of its own under oneDNN's profile for each cell, and for those cells
/// that differ in one setting, where the setting's effect shows only by comparison (results/effect.h). Each is made
/// once, however many cells ask for it.
class Audits {
  public:
    /// `earlier` are those of an interrupted run. Each new one goes to `keep`.
    Audits(const plan::Plan& plan, const LaunchContext& context, const std::vector<results::AuditRecord>& earlier,
           std::function<void(const results::AuditRecord&)> keep);

    /// Takes the audit that a launch made, and keeps its log where the plan says so.
    void add(const results::LaunchRecord& launch, const Profile& profile);

    /// Fills the outcome's audit and alternatives. Throws Interrupted.
    void audit(const plan::Cell& cell, results::CellOutcome& outcome);

  private:
    const results::AuditRecord& record_for(const plan::Cell& cell);

    const plan::Plan& plan_;
    LaunchContext context_;
    std::map<std::string, results::AuditRecord> made_;
    std::function<void(const results::AuditRecord&)> keep_;
};

}  // namespace gravbench::run
