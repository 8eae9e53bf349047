#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "base/value.h"
#include "protocol/messages.h"
#include "records/problem.h"

namespace gravbench::records {

/// All that an audit's launch gave: what oneDNN executed, and what the kernel saw of the process meanwhile.
struct AuditRecord {
    std::string cell;  ///< the key of the cell that was audited, which may be one that is not measured
    audit::Audit audit;
    int busy_threads = 0;                ///< that worked during warm-up and inferences; 0 where that cannot be told
    std::int64_t huge_page_bytes = 0;    ///< AnonHugePages
    std::vector<std::string> libraries;  ///< shared libraries mapped
    protocol::EngineDescription engine;
    std::map<std::string, Value> effective;  ///< the settings that the engine read back
    std::optional<Problem> problem;
};

/// The audit of a cell that differs from another in one setting only, made to show what that setting does.
struct Alternative {
    std::string setting;
    Value value;
    AuditRecord record;
    /// The outputs of the other cell against those of this one, where both are there.
    std::optional<protocol::Comparison> outputs = {};
};

}  // namespace gravbench::records
