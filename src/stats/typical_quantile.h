#pragma once

#include <span>
#include <vector>

#include "stats/summary.h"
#include "stats/variance.h"

namespace gravbench::stats {

/// Quantiles of the latencies that a typical launch would have if it went on for very long, in the order of
/// `probabilities`. Each is the product of two things: the typical launch's median, which is the geometric mean of the
/// launches' medians, and how far the quantile lies from the median where all launches, each freed of its own speed,
/// are taken together. A launch's own p99 of a few hundred samples
/// lies off by up to 0.3%, every launch's alike, which no interval over launches can see; together they are enough.
/// A block's deviation from its launch is enlarged by sqrt(B / (B - 1)), B the launch's blocks, since the launch's mean
/// has taken up the rest of it (Davison and Hinkley, "Bootstrap methods and their application", 1997, 3.8).
/// The interval is Student's on the logarithms, by how far each launch pulls its median and the share of samples below
/// the quantile from the rest; shares become times by how steep the quantile is within two standard errors of the share
/// (Woodruff, "Confidence intervals for medians and other position measures", Journal of the American Statistical
/// Association, 1952, for clusters). Launches are in the order of time: from 5 on the run's straight trend does not
/// widen it (trend.h). There is none for fewer than 2 launches.
/// Throws DataError without samples or with an empty launch, for a sample that is not finite and above 0, or for a
/// probability outside [0, 1].
std::vector<Estimate> typical_quantiles(const Samples& launches, std::span<const double> probabilities);

}  // namespace gravbench::stats
