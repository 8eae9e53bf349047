#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gravbench::stats {

/// The samples of one cell: launches, their blocks, samples in order of time.
using Samples = std::vector<std::vector<std::vector<double>>>;

/// Where the spread of a cell's samples comes from, as variances of the logarithms (0.0025 is a deviation of 5%), by
/// nested analysis of variance with unequal sizes (Searle, Casella and McCulloch, "Variance components", 1992, chapter
/// 3; Kalibera and Jones 2013, 6.1). An estimate below 0 is 0.
struct VarianceComponents {
    double between_launches = 0;
    double between_blocks = 0;
    double within_blocks = 0;
    std::size_t launches = 0;
};

/// Throws DataError without samples, or for one that is not finite and above 0.
VarianceComponents variance_components(const Samples& samples);

/// What each level costs, in seconds: a launch before its first block, a block beyond its inferences, an inference.
struct Costs {
    double launch_s = 0;
    double block_s = 0;
    double inference_s = 0;
};

/// The cheapest numbers of inferences a block, blocks a launch and launches that give a 95% interval whose half width
/// is `precision` (0.02 is 2%) of the mean (Kalibera and Jones 2013, 6.3: the optimum of each level is the square root
/// of the ratio of costs times the inverse ratio of variances; the highest level follows from the precision).
struct Design {
    std::size_t inferences = 1;
    std::size_t blocks = 1;
    std::size_t launches = 2;
    double seconds = 0;
};
/// What a design may be.
struct DesignLimits {
    std::size_t least_inferences = 1;
    std::size_t most_inferences = 1'000'000;
    std::size_t least_blocks = 1;
    std::size_t most_blocks = 1'000'000;
    std::size_t least_launches = 2;
};
/// Of those within the limits. Where fewer launches than the least would do, these have the fewest blocks that do.
Design cheapest_design(const VarianceComponents& components, const Costs& costs, double precision,
                       const DesignLimits& limits = {});

/// How many launches it takes until the half width of a 95% interval, by Student's t from launches of this deviation
/// (of the logarithms), is at most `precision`. At least 2; at most 1e6.
std::size_t launches_needed(double launch_deviation, double precision);

}  // namespace gravbench::stats
