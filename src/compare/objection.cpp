#include "compare/objection.h"

#include <algorithm>

namespace gravbench::compare {

std::optional<findings::Problem> objection_to(const document::Cell& cell) {
    if (cell.has_problem("emulated")) {
        return findings::Problem{"emulated", "ran on an emulated CPU: its times mean nothing"};
    }
    if (cell.is_valid) {
        return std::nullopt;
    }
    const auto grave = std::find_if(cell.problems.begin(), cell.problems.end(),
                                    [](const findings::Problem& problem) { return findings::is_invalid({problem}); });
    if (grave != cell.problems.end()) {
        return *grave;
    }
    // A later version may have problems that this one does not know.
    return cell.problems.empty() ? findings::Problem{"no complete launch", ""} : cell.problems.front();
}

}  // namespace gravbench::compare
