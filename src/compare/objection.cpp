#include "compare/objection.h"

#include <algorithm>

namespace gravbench::compare {

std::optional<findings::Problem> objection_to(const document::Cell& cell) {
    if (cell.has_problem("emulated")) {
        return findings::Problem{"emulated", "ran on an emulated CPU: its times mean nothing"};
    }
    // First, for a damaged document may call a cell valid in spite of it.
    const auto grave = std::find_if(cell.problems.begin(), cell.problems.end(),
                                    [](const findings::Problem& problem) { return findings::is_invalid({problem}); });
    if (grave != cell.problems.end()) {
        return *grave;
    }
    if (cell.is_valid) {
        return std::nullopt;
    }
    // A later version may have problems that this one does not know.
    return cell.problems.empty() ? findings::Problem{"no complete launch", ""} : cell.problems.front();
}

}  // namespace gravbench::compare
