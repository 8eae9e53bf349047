#pragma once

namespace gravbench::stats {

/// Of every interval that is shown.
inline constexpr double interval_confidence = 0.95;

/// How many standard errors the two-sided interval of this confidence extends to each side, by Student's t. Throws
/// DataError for a confidence outside (0, 1).
double student_t_limit(double degrees_of_freedom, double confidence);

/// The probability that the value is above this.
double student_t_upper_tail(double statistic, double degrees_of_freedom);

/// The value that the statistic stays below with this probability.
double student_t_quantile(double degrees_of_freedom, double probability);

}  // namespace gravbench::stats
