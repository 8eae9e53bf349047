#pragma once

#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/json.h"

namespace gravbench::results {

/// A reason not to trust a cell, as it stands in the document.
struct Problem {
    std::string code;
    std::string message;
};

/// What a problem's code means. The table `problem_kinds()` is the only list of them.
struct ProblemKind {
    std::string code;
    std::string meaning;
    std::string remedy;
    /// Whether the cell's figures must not be used.
    bool invalidates;
    /// What the run exits with if a cell has this problem and nothing graver happened.
    ExitCode exit_code;
};

const std::vector<ProblemKind>& problem_kinds();
/// Throws DataError where there is no such code.
const ProblemKind& problem_kind(const std::string& code);

Json to_json(const Problem& problem);
Problem problem_from(const Json& json);

}  // namespace gravbench::results
