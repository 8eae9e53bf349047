#pragma once

#include <string>
#include <vector>

#include "base/exit_code.h"
#include "records/problem.h"

namespace gravbench::findings {

using records::Problem;

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
/// Nullptr where there is no such code: a later version's document may have some.
const ProblemKind* find_problem_kind(const std::string& code);

/// Whether a cell with these problems must not be used.
bool is_invalid(const std::vector<Problem>& problems);

}  // namespace gravbench::findings
