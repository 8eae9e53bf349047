#pragma once

#include <optional>
#include <vector>

#include "stats/comparison.h"

/// What is said of one comparison, by plain numbers (docs/compare.md, Verdicts).
namespace gravbench::compare {

enum class Verdict { better, worse, same, inconclusive, not_compared };

/// How much counts, and how sure it must be.
struct VerdictRule {
    /// A ratio within [1/(1 + tolerance), 1 + tolerance] is no change worth a verdict.
    double tolerance = 0.03;
    /// Among the verdicts "slower" and "faster" of one comparison, the expected share of those whose true ratio lies
    /// within the tolerance (Benjamini and Hochberg 1995). Where all do, it is the chance of a single false alarm.
    double false_discovery_rate = stats::verdict_level;
};

/// Of the ratio lying within the tolerance.
struct PValue {
    double alone = 1;
    double adjusted = 1;  ///< for the others that were tested with it
};

/// Of comparisons that are judged together. Nothing for a ratio that is not there, nor for one without any spread: it
/// is exact, so that no chance is left to adjust for, and the others' p-values are what they are without it.
std::vector<std::optional<PValue>> p_values_of(const std::vector<std::optional<stats::RatioEstimate>>& ratios,
                                               double tolerance);

/// By launches: better or worse where the ratio is shown to lie beyond the tolerance, same where its interval lies
/// within. `p_value` is nothing where the ratio is exact.
Verdict verdict_of(const stats::RatioEstimate& ratio, const std::optional<PValue>& p_value, bool is_less_better,
                   const VerdictRule& rule);

/// By one exact figure of each side: never inconclusive.
Verdict verdict_of_difference(double base, double other, bool is_less_better, double tolerance);

}  // namespace gravbench::compare
