#pragma once

#include <span>
#include <vector>

#include "stats/comparison.h"

/// What intervals of ratios are made of: a mean of logarithms with its error, and what becomes of several of them.
namespace gravbench::stats {

/// A variance that is itself an estimate.
struct EstimatedVariance {
    double value = 0;
    double degrees_of_freedom = 1;
};

/// Their sum, with degrees of freedom by Satterthwaite ("An approximate distribution of estimates of variance
/// components", Biometrics 1946). Without any spread the degrees are the sum of theirs.
EstimatedVariance sum_of(std::span<const EstimatedVariance> variances);

/// The centre of one set of launches, on the logarithms.
struct Centre {
    double value = 0;
    EstimatedVariance squared_error;
};

/// Of one figure for each launch: the mean; from 20 launches on trimmed by 15% at both ends, with Yuen's error by
/// winsorized deviations (stats/comparison.h says why). Throws DataError for fewer than 2, or with a number that is not
/// finite and above 0.
Centre centre_of(std::span<const double> figures);

/// From this many launches on a centre is trimmed.
inline constexpr std::size_t fewest_to_trim = 20;

/// e to the `difference`, with Student's interval for an error of that variance.
RatioEstimate ratio_with(double difference, const EstimatedVariance& variance);

}  // namespace gravbench::stats
