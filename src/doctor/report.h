#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "doctor/check.h"

namespace gravbench::doctor {

/// The document gravbench.doctor/1 (doctor.schema.json).
Json to_json(const Facts& facts, const std::vector<Finding>& findings);

/// "not fit to measure: 2 reasons, 1 warning"
std::string verdict(const std::vector<Finding>& findings);

/// For a terminal: what is wrong with reason and remedy, then what is good, a line each.
std::string readable_report(const Facts& facts, const std::vector<Finding>& findings);

/// One row for each finding, the first row the headings.
std::vector<std::vector<std::string>> report_rows(const std::vector<Finding>& findings);

}  // namespace gravbench::doctor

namespace gravbench {
/// The JSON Schema of the report (src/doctor/doctor.schema.json).
const char* doctor_schema();
}  // namespace gravbench
