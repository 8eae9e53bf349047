#pragma once

#include <optional>

#include "document/document.h"

namespace gravbench::compare {

/// Why a cell's figures must not be compared, as a problem: "emulated", the first of its problems that invalidates, or
/// "no complete launch" without a message. Nothing where they may.
std::optional<findings::Problem> objection_to(const document::Cell& cell);

}  // namespace gravbench::compare
