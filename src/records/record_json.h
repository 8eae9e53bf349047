#pragma once

#include "base/json.h"
#include "records/audit_record.h"
#include "records/launch_record.h"

/// Records as JSON: the lines of a journal, and what a document has of them in the same form. The *_from functions
/// throw DataError naming `where`, the member and what was expected.
namespace gravbench::records {

Json to_json(const Problem& problem);
Json to_json(const Block& block);
/// The launch's members; `blocks` among them, without the first `blocks_before`.
Json to_json(const Launch& launch, std::size_t blocks_before = 0);
Json to_json(const Accuracy& accuracy);
/// The same: its first blocks stand in an earlier line.
Json to_json(const LaunchRecord& record, std::size_t blocks_before = 0);
Json to_json(const AuditRecord& record);

Accuracy accuracy_from(const Json& json, const std::string& where);
LaunchRecord launch_record_from(const Json& json, const std::string& where);
AuditRecord audit_record_from(const Json& json, const std::string& where);

}  // namespace gravbench::records
