#pragma once

#include <vector>

#include "compare/comparison.h"

namespace gravbench::compare {

/// Gives every cell that has a ratio its verdict, all of them tested together: by the rule, by what is left without
/// disturbed blocks, and by what a run drifted. What stays open is told what would settle it. `cells` are those of
/// `matches`, metric by metric.
void judge(const Matches& matches, const VerdictRule& rule, std::vector<CellComparison>& cells);

/// Names the command that settles what two runs leave open: the baseline's engine measured beside the new one.
void add_settling_command(const document::Document& base, const document::Document& other, const Matches& matches,
                          Comparison& comparison);

}  // namespace gravbench::compare
