#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gravbench::stats {

/// With fewer launches there is no telling a trend from chance.
inline constexpr std::size_t fewest_for_a_trend = 5;

/// The mean of a run's launches, with how far chance may have carried it off.
struct RunMean {
    double value = 0;
    double standard_error = 0;
    double degrees_of_freedom = 0;
};

/// The mean of one number for each launch, in the order of time; the error is by the residuals of a straight line
/// through them (least squares, launches equally far apart). Where the machine becomes slower all the while, the mean
/// over the run is known much better than launches that differ by so much suggest: the line takes that difference out
/// and its slope does not move the mean, for one degree of freedom. What spread is left still counts. Fewer than 5 keep
/// their spread whole: with so few a degree of freedom costs more. An interval by it is about this run; drift() says
/// what the run's trend was. Throws DataError for fewer than 2.
RunMean mean_of_run(std::span<const double> in_order);

/// What is left of each number: how far it lies from that line; from the mean for fewer than 5.
std::vector<double> residuals_of_run(std::span<const double> in_order);

}  // namespace gravbench::stats
