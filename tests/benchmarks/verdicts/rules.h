#pragma once

#include <vector>

#include "stats/comparison.h"

namespace gravbench::verdicts {

/// What was measured of one program: the same samples for every rule.
struct Measured {
    std::vector<double> launch_p50;  ///< of each launch, in order of the launches' numbers
    std::vector<double> pooled;      ///< all iterations of all launches, ascending
};

/// The same, had every inference taken `factor` times as long.
Measured scaled(const Measured& measured, double factor);

/// By launches of the same number, as gravbench compares variants that one run measured.
stats::RatioEstimate paired_ratio(const Measured& base, const Measured& other);

enum class Decision { none, slower, faster };

/// A way to tell whether `other` is another speed than `base`.
struct Rule {
    const char* name;
    const char* where;  ///< whose rule it is
    Decision (*judge)(const Measured& base, const Measured& other);
};

/// How much counts, for gravbench's verdicts: half of the slowdown that is to be found (docs/compare.md).
inline constexpr double tolerance = 0.025;

/// gravbench's verdict for one cell, and what peers do with the same samples.
const std::vector<Rule>& rules();

}  // namespace gravbench::verdicts
