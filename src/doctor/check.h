#pragma once

#include <string>
#include <vector>

#include "doctor/facts.h"

namespace gravbench::doctor {

/// From the best to the worst.
enum class Status { good, unknown, notice, warning, unfit };
const char* name_of(Status status);

struct Finding {
    Status status = Status::good;
    std::string text;    ///< with the value seen
    std::string remedy;  ///< a command, an export line, or what else mends it; empty where nothing is to be done
    /// Where a check may find several things: which one, and why that matters.
    std::string name = {};
    std::string why = {};
};

/// One thing to look at. Finds nothing where it does not apply to the machine.
struct Check {
    const char* name;
    const char* why;
    std::vector<Finding> (*look)(const Facts& facts);
};

/// All checks, in the order of the report's good ones.
std::vector<Check> checks();

/// Their findings, each with its name and why, the worst first and otherwise in their order.
std::vector<Finding> diagnose(const Facts& facts);

bool is_fit(const std::vector<Finding>& findings);

/// The groups that make up `checks()`.
const std::vector<Check>& cpu_checks();
const std::vector<Check>& limit_checks();
const std::vector<Check>& system_checks();
const std::vector<Check>& load_checks();
const std::vector<Check>& openmp_checks();
const std::vector<Check>& environment_checks();
const std::vector<Check>& engine_checks();

}  // namespace gravbench::doctor
