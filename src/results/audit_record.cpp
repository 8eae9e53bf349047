#include "results/audit_record.h"

namespace gravbench::results {
namespace {

constexpr const char* where = "audit record";

}  // namespace

Json to_json(const AuditRecord& record) {
    return {{"audited", record.cell},
            {"audit", audit::to_json(record.audit)},
            {"busy_threads", record.busy_threads},
            {"huge_page_bytes", record.huge_page_bytes},
            {"libraries", record.libraries},
            {"engine", record.engine},
            {"effective", record.effective},
            {"problem", record.problem ? to_json(*record.problem) : Json()}};
}

AuditRecord audit_record_from(const Json& json) {
    AuditRecord record;
    record.cell = required<std::string>(json, "audited", where);
    record.audit = audit::audit_from(required_member(json, "audit", where));
    record.busy_threads = required<int>(json, "busy_threads", where);
    record.huge_page_bytes = required<std::int64_t>(json, "huge_page_bytes", where);
    record.libraries = required<std::vector<std::string>>(json, "libraries", where);
    record.engine = required_member(json, "engine", where);
    record.effective = required_member(json, "effective", where);
    if (const Json& problem = required_member(json, "problem", where); !problem.is_null()) {
        record.problem = problem_from(problem);
    }
    return record;
}

}  // namespace gravbench::results
