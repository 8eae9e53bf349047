#include "run/shape_choice.h"

#include <algorithm>
#include <cmath>

#include "base/clock.h"

namespace gravbench::run {
namespace {

using figures::LaunchNoise;
using std::chrono::nanoseconds;

/// An engine is worth waking up for blocks this short, and the longest are no better than more of them: a machine whose
/// speed comes and goes is the same only for neighbours (docs/facts.md, Noise).
constexpr double least_block_s = 0.02;
constexpr double most_block_s = 0.5;
constexpr std::size_t least_blocks = 4;
constexpr std::size_t most_blocks = 40;
/// A launch of so many has a p90, which takes 7, and where that costs at most half a second a p95 (13) and a p99 (67).
/// Of a pair only the ratio is asked for.
std::size_t least_inferences(double inference_s, bool is_pair) {
    constexpr double least = 7;
    constexpr double most = 67;
    constexpr double worth_s = 0.5;
    return static_cast<std::size_t>(is_pair ? least : std::clamp(worth_s / inference_s, least, most));
}

/// Few inferences are counted: a block by time would end with one more or less. Times are told and read in steps of
/// 5 ms.
plan::BlockLength length_of(std::size_t inferences, double inference_s) {
    constexpr std::size_t few = 10;
    constexpr double step_s = 0.005;
    plan::BlockLength length;
    length.least_iterations = 1;
    if (inferences <= few) {
        length.iterations = static_cast<std::int64_t>(inferences);
    } else {
        const double seconds = static_cast<double>(inferences) * inference_s;
        length.duration = nanoseconds(std::llround(std::max(1.0, std::round(seconds / step_s)) * step_s * ns_per_s));
    }
    return length;
}

}  // namespace

ShapeChoice::ShapeChoice(const plan::RunOptions& options, std::size_t sides)
    : chooses_blocks_(options.chooses_blocks()),
      chooses_length_(options.chooses_block_length()),
      least_launches_(static_cast<std::size_t>(std::max(options.sampling.launches, 2))),
      precision_(options.wanted_precision()),
      shape_(options.first_shape()),
      sides_(sides) {}

void ShapeChoice::observe(std::size_t side, const records::Launch& launch) {
    if (chooses_blocks_ || chooses_length_) {
        sides_[side].insert_or_assign(launch.number, figures::noise_of(launch));
    }
}

std::vector<std::vector<LaunchNoise>> ShapeChoice::together() const {
    std::vector<std::vector<LaunchNoise>> sides(sides_.size());
    for (const auto& launch : sides_.front()) {
        const int number = launch.first;
        if (std::all_of(sides_.begin(), sides_.end(), [&](const auto& side) { return side.contains(number); })) {
            for (std::size_t side = 0; side < sides_.size(); ++side) {
                sides[side].push_back(sides_[side].at(number));
            }
        }
    }
    return sides;
}

const plan::LaunchShape& ShapeChoice::shape() {
    if (sides_.front().size() >= next_ && sides_.back().size() >= next_) {
        const auto sides = together();
        if (const std::size_t launches = sides.front().size(); launches >= next_) {
            choose(sides);
            constexpr std::size_t second_time = 5;
            next_ = launches < second_time ? second_time : 2 * launches;
        }
    }
    return shape_;
}

stats::DesignLimits ShapeChoice::limits(double inference_s, double inferences_of_block) const {
    const auto inferences_in = [&](double seconds) {
        return static_cast<std::size_t>(std::max(1.0, std::round(seconds / inference_s)));
    };
    stats::DesignLimits limits;
    limits.least_launches = least_launches_;
    limits.least_inferences = inferences_in(least_block_s);
    limits.most_inferences = inferences_in(most_block_s);
    if (!chooses_length_) {
        limits.least_inferences = limits.most_inferences =
            static_cast<std::size_t>(std::max(1.0, std::round(inferences_of_block)));
    }
    limits.least_blocks = least_blocks;
    limits.most_blocks = most_blocks;
    if (!chooses_blocks_) {
        limits.least_blocks = limits.most_blocks = static_cast<std::size_t>(shape_.blocks);
    }
    return limits;
}

void ShapeChoice::choose(const std::vector<std::vector<LaunchNoise>>& sides) {
    stats::Costs of_all;
    for (const auto& side : sides) {
        const stats::Costs costs = figures::costs_of(side);
        of_all.launch_s += costs.launch_s;
        of_all.block_s += costs.block_s;
        of_all.inference_s += costs.inference_s;
    }
    const auto components =
        sides.size() == 1 ? figures::components_of(sides[0]) : figures::components_of_ratio(sides[0], sides[1]);
    const double inference_s = of_all.inference_s / static_cast<double>(sides.size());
    const stats::Design design = stats::cheapest_design(components, of_all, precision_,
                                                        limits(inference_s, figures::inferences_of_block(sides[0])));
    shape_.blocks = static_cast<int>(design.blocks);
    if (chooses_length_) {
        const std::size_t least = least_inferences(inference_s, sides.size() > 1);
        const std::size_t of_block = (least + design.blocks - 1) / design.blocks;
        shape_.block = length_of(std::max(design.inferences, of_block), inference_s);
    }
    shape_.chosen_by = static_cast<int>(sides.front().size());
}

}  // namespace gravbench::run
