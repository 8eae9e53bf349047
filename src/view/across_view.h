#pragma once

#include <string>

#include "compare/across.h"
#include "view/presentation.h"

namespace gravbench::view {

/// Throws UsageError for a format or column that it does not have.
void check_across_view(const Presentation& presentation);

/// Several machines side by side: a row for each cell and machine.
std::string render_across(const compare::Across& across, const Presentation& presentation);

}  // namespace gravbench::view
