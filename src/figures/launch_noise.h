#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "records/launch_record.h"
#include "stats/variance.h"

/// What launches say of their own noise and costs: by what the run chooses its design.
namespace gravbench::figures {

/// Of one launch, made once from its samples.
struct LaunchNoise {
    std::vector<double> block_medians;  ///< in ms, in the order of time
    /// Of the logarithms of samples about their block's mean.
    double within_squares = 0;
    double within_degrees = 0;
    std::size_t inferences = 0;
    double measured_s = 0;
    double busy_s = 0;  ///< in all
};
LaunchNoise noise_of(const records::Launch& launch);

/// In the mean of all their blocks.
double inferences_of_block(std::span<const LaunchNoise> launches);

/// What a launch takes before its blocks, what a block takes beyond its inferences, and an
/// inference, in the mean of these.
stats::Costs costs_of(std::span<const LaunchNoise> launches);

/// Of the medians of a cell. Blocks and inferences share what blocks differ by, at least half of it being the blocks':
/// neighbouring inferences are alike, so that longer blocks say less than their number promises. Launches are taken to
/// differ by 1%, known from as much as 3 launches, beside what these show: two may agree by chance.
stats::VarianceComponents components_of(std::span<const LaunchNoise> launches);

/// Of the ratio of two cells, whose launches and blocks were measured side by side, pair by pair.
stats::VarianceComponents components_of_ratio(std::span<const LaunchNoise> base, std::span<const LaunchNoise> other);

}  // namespace gravbench::figures
