#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "base/json.h"
#include "results/problem.h"

namespace gravbench::results {

/// All that an audit's launch gave: what oneDNN executed, and what the kernel saw of the process meanwhile.
struct AuditRecord {
    std::string cell;  ///< the key of the settings that it ran under
    audit::Audit audit;
    int busy_threads = 0;                ///< that worked during warm-up and inferences; 0 where that cannot be told
    std::int64_t huge_page_bytes = 0;    ///< AnonHugePages
    std::vector<std::string> libraries;  ///< shared libraries mapped
    /// As the engine described itself, and the settings that it read back.
    Json engine;
    Json effective;
    std::optional<Problem> problem;
};

/// The audit of a cell that differs from another in one setting only, made to show what that setting does.
struct Alternative {
    std::string setting;
    Json value;
    AuditRecord record;
};

Json to_json(const AuditRecord& record);
/// Throws DataError.
AuditRecord audit_record_from(const Json& json);

}  // namespace gravbench::results
