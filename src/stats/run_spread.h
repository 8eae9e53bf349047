#pragma once

#include <optional>
#include <span>
#include <vector>

#include "stats/centre.h"
#include "stats/summary.h"

/// Two runs of one program differ by more than their launches say: what the machine does for as long as a run lasts
/// falls on all launches of that run alike (docs/compare.md, Two runs).
namespace gravbench::stats {

/// How far runs of one cell lie from each other.
struct RunSpread {
    /// Of the logarithm of one run's figure.
    EstimatedVariance variance;
    /// How much of that the launches of those runs explain: the mean of the runs' own squared errors. 0 where the
    /// variance is that of the machine alone.
    double launches_part = 0;
};

/// Earlier runs of a cell. Each group is of one program: what programs differ by is no spread between runs.
using Runs = std::vector<std::vector<Centre>>;

/// Of so many runs more than groups a spread can be told. Student's t of fewer is beyond use (12.7 for one).
inline constexpr int fewest_degrees_of_spread = 2;

/// Pooled over groups, with a degree of freedom for each run beyond a group's first. Nothing where there are fewer than
/// `fewest_degrees_of_spread`.
std::optional<RunSpread> run_spread_of(const Runs& runs);

/// The deviation that a variance stands for, with its 95% interval by chi-square.
Estimate deviation_of(const EstimatedVariance& variance);

/// A run's centre by its launches, with the spread between runs: its variance, and what the launches scatter beyond
/// those of the runs that the spread was seen in.
Centre centre_of_run(std::span<const double> launches, const RunSpread& spread);

/// The mean of several runs' logarithms, whose error is by what these differ by: n - 1 degrees of freedom. What their
/// launches scatter is part of that, so it is not added. Not trimmed. Throws DataError for fewer than 2.
Centre centre_of_runs(std::span<const double> logarithms);

/// other/base of two centres, by Welch's t.
RatioEstimate ratio_between(const Centre& base, const Centre& other);

/// The ratio of two runs' launches, other/base, each side with the spread between runs: its variance, and what the
/// side's launches scatter beyond those of the runs that the spread was seen in. The interval is exact where runs are
/// normal and alike in design, whatever the spread is; where the compared runs have more launches than the earlier ones
/// it is wider than need be. `is_one_spread` is whether both sides' spread is one estimate, which then does not
/// count as two. Throws DataError as independent_ratio() does.
RatioEstimate ratio_of_runs(std::span<const double> base, const RunSpread& base_spread, std::span<const double> other,
                            const RunSpread& other_spread, bool is_one_spread);

}  // namespace gravbench::stats
