#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "stats/summary.h"

namespace gravbench::stats {

/// new/base with all that a verdict needs. Made on logarithms: swapping the two sides gives the reciprocals.
struct RatioEstimate {
    double value = 1;
    Interval ci95;
    double standard_error = 0;  ///< of the logarithm
    double degrees_of_freedom = 0;
};

/// Geometric mean of `other` over that of `base`, one number for each launch, by Welch's t (Biometrika 1947). From 20
/// launches on each mean is trimmed by 15% at both ends (Yuen, "The two-sample trimmed t for unequal population
/// variances", Biometrika 1974): one launch in ten may be 45% slower than the rest for as long as it lives, and would
/// widen every interval beyond use. Throws DataError for a set of fewer than 2, or with a number that is not finite and
/// above 0.
RatioEstimate independent_ratio(std::span<const double> base, std::span<const double> other);

/// Geometric mean of new/base over pairs of launches that were measured side by side, by Student's t; trimmed as above.
/// `ratios` has one number for each pair. The machine's drift falls on both of a pair alike and cancels.
/// Throws DataError for fewer than 2, or with a number that is not finite and above 0.
RatioEstimate paired_ratio_of(std::span<const double> ratios);

/// The p-value of "the true ratio lies within [1/(1 + tolerance), 1 + tolerance]": the probability of an estimate at
/// least so far from 1, on either side, where the truth is the limit (Hodges and Lehmann, "Testing the approximate
/// validity of statistical hypotheses", Journal of the Royal Statistical Society B, 1954). With a tolerance of 0 it is
/// that of Student's two-sided test against 1. Without any spread it is 0 or 1.
double p_value_within(const RatioEstimate& ratio, double tolerance);

/// A verdict of a difference needs an adjusted p-value of at most this: then the 95% interval of a ratio lies beyond
/// the limit. Against 1 as well, 2.5% keeps measured rates of false alarms below 5% where noise is not quite as
/// supposed (tests/benchmarks/verdicts).
inline constexpr double verdict_level = 0.025;

/// Benjamini and Hochberg's adjusted p-values, in the given order: where one is at most q, the false discovery rate
/// over all those is at most q (Journal of the Royal Statistical Society B, 1995). Throws DataError outside [0, 1].
std::vector<double> adjusted_p_values(std::span<const double> p_values);

/// The smallest effect, as a ratio above 1, that data of this standard error would have shown with the given power in a
/// two-sided test at 5%.
double smallest_detectable_ratio(double standard_error, double degrees_of_freedom, double power = 0.8);

/// How many launches of each side would settle a verdict that this many left open, four times of five: so many that the
/// interval would lie within 1 +- `tolerance`, or beyond it where the effect is. The effect is taken one
/// standard error nearer to none than it looks, and the launches' deviation at the upper end of what these few support
/// (80% by chi-square): what is open tends to be so because it looked larger, or quieter, than it is. So many that they
/// will be trimmed are a tenth more. At least `fewest`; `most_launches_to_settle` and one more where no reasonable
/// number would do.
std::size_t launches_to_settle(const RatioEstimate& ratio, std::size_t launches, double tolerance, std::size_t fewest);

inline constexpr std::size_t most_launches_to_settle = 2000;

}  // namespace gravbench::stats
