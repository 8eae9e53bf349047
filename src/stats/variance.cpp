#include "stats/variance.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <string>

#include "base/errors.h"
#include "stats/student.h"
#include "stats/summary.h"

namespace gravbench::stats {
namespace {

/// Sums over the levels of the nesting, as the analysis of variance wants them.
struct Sums {
    double samples = 0;
    double blocks = 0;
    double launches = 0;
    double within = 0;             ///< squares of samples about their block's mean
    double blocks_in_launch = 0;   ///< squares of blocks about their launch's mean
    double launches_in_all = 0;    ///< squares of launches about the grand mean
    double squares_by_launch = 0;  ///< over launches, of the sum of the squared sizes of blocks over the launch's size
    double squares_by_all = 0;     ///< of the squared sizes of blocks, over all samples
    double launch_squares = 0;     ///< of the squared sizes of launches, over all samples
};

struct Group {
    double count = 0;
    double mean = 0;
};

Group group_of(const std::vector<double>& samples) {
    return samples.empty() ? Group() : Group{static_cast<double>(samples.size()), moments(logarithms(samples)).mean};
}

Group together(const std::vector<Group>& parts) {
    Group all;
    for (const Group& part : parts) {
        all.count += part.count;
        all.mean += part.count * part.mean;
    }
    all.mean = all.count == 0 ? 0 : all.mean / all.count;
    return all;
}

double squares_about(double mean, const std::vector<double>& samples) {
    double squares = 0;
    for (const double sample : samples) {
        squares += (std::log(sample) - mean) * (std::log(sample) - mean);
    }
    return squares;
}

Sums sums_of(const Samples& samples) {
    Sums sums;
    std::vector<Group> launches;
    double squared_blocks = 0;
    for (const auto& launch : samples) {
        std::vector<Group> blocks;
        double squared = 0;
        for (const auto& block : launch) {
            if (!block.empty()) {
                blocks.push_back(group_of(block));
                sums.within += squares_about(blocks.back().mean, block);
                squared += blocks.back().count * blocks.back().count;
            }
        }
        if (blocks.empty()) {
            continue;
        }
        launches.push_back(together(blocks));
        for (const Group& block : blocks) {
            sums.blocks_in_launch += block.count * std::pow(block.mean - launches.back().mean, 2);
        }
        sums.blocks += static_cast<double>(blocks.size());
        sums.squares_by_launch += squared / launches.back().count;
        squared_blocks += squared;
    }
    const Group all = together(launches);
    for (const Group& launch : launches) {
        sums.launches_in_all += launch.count * std::pow(launch.mean - all.mean, 2);
        sums.launch_squares += launch.count * launch.count / all.count;
    }
    sums.samples = all.count;
    sums.launches = static_cast<double>(launches.size());
    sums.squares_by_all = all.count == 0 ? 0 : squared_blocks / all.count;
    return sums;
}

double mean_square(double squares, double degrees_of_freedom) {
    return degrees_of_freedom > 0 ? squares / degrees_of_freedom : 0;
}

std::size_t within(double number, std::size_t least, std::size_t most) {
    const double limit = static_cast<double>(most);
    const double whole = std::round(std::isfinite(number) ? number : limit);
    return static_cast<std::size_t>(std::clamp(whole, static_cast<double>(least), limit));
}

/// The optimum of one level: it pays to repeat below where what is above costs more and varies less.
double repetitions(double cost_above, double cost, double variance, double variance_above) {
    if (variance <= 0) {
        return 1;
    }
    return std::sqrt(cost_above / std::max(cost, 1e-9) * variance / std::max(variance_above, 1e-12));
}

/// The most that a launch's figure may vary, so that so many launches give the precision.
double most_variance(std::size_t launches, double precision) {
    const auto count = static_cast<double>(launches);
    return std::pow(precision * std::sqrt(count) / student_t_limit(count - 1, 0.95), 2);
}

}  // namespace

VarianceComponents variance_components(const Samples& samples) {
    const Sums sums = sums_of(samples);
    if (sums.samples == 0) {
        throw DataError("a variance needs at least one sample");
    }
    const double within = mean_square(sums.within, sums.samples - sums.blocks);
    const double of_blocks = mean_square(sums.blocks_in_launch, sums.blocks - sums.launches);
    const double of_launches = mean_square(sums.launches_in_all, sums.launches - 1);
    // How often a block's and a launch's own deviation stands in the mean squares above it, for unequal sizes.
    const double block_in_block =
        sums.blocks > sums.launches ? (sums.samples - sums.squares_by_launch) / (sums.blocks - sums.launches) : 1;
    const double block_in_launch =
        sums.launches > 1 ? (sums.squares_by_launch - sums.squares_by_all) / (sums.launches - 1) : 1;
    const double launch_in_launch = sums.launches > 1 ? (sums.samples - sums.launch_squares) / (sums.launches - 1) : 1;
    VarianceComponents components;
    components.launches = static_cast<std::size_t>(sums.launches);
    components.within_blocks = within;
    components.between_blocks = sums.blocks > sums.launches ? std::max(0.0, (of_blocks - within) / block_in_block) : 0;
    components.between_launches =
        std::max(0.0, (of_launches - within - block_in_launch * components.between_blocks) / launch_in_launch);
    return components;
}

Design cheapest_design(const VarianceComponents& components, const Costs& costs, double precision,
                       const DesignLimits& limits) {
    if (!(precision > 0)) {
        throw DataError("a precision is " + std::to_string(precision) + "; it must be above 0");
    }
    Design design;
    const auto inferences_for = [&](double cost_above, double variance_above) {
        return within(repetitions(cost_above, costs.inference_s, components.within_blocks, variance_above),
                      limits.least_inferences, limits.most_inferences);
    };
    double of_block = 0;
    double blocks = 1;
    if (components.between_blocks <= 0) {
        // Without spread between blocks more of them say no more than longer ones.
        design.inferences = inferences_for(costs.launch_s, components.between_launches);
        of_block = components.within_blocks / static_cast<double>(design.inferences);
    } else {
        design.inferences = inferences_for(costs.block_s, components.between_blocks);
        of_block = components.between_blocks + components.within_blocks / static_cast<double>(design.inferences);
        const double block_s = costs.block_s + static_cast<double>(design.inferences) * costs.inference_s;
        blocks = repetitions(costs.launch_s, block_s, of_block, components.between_launches);
    }
    design.blocks = within(blocks, limits.least_blocks, limits.most_blocks);
    // What the least launches leave for blocks.
    const double left = most_variance(limits.least_launches, precision) - components.between_launches;
    if (left > 0 && of_block / static_cast<double>(design.blocks) < left) {
        design.blocks = within(std::ceil(of_block / left), limits.least_blocks, design.blocks);
    }
    const double of_launch = components.between_launches + of_block / static_cast<double>(design.blocks);
    design.launches = std::max(launches_needed(std::sqrt(of_launch), precision), limits.least_launches);
    const double block_s = costs.block_s + static_cast<double>(design.inferences) * costs.inference_s;
    design.seconds =
        static_cast<double>(design.launches) * (costs.launch_s + static_cast<double>(design.blocks) * block_s);
    return design;
}

std::size_t launches_needed(double launch_deviation, double precision) {
    if (!(precision > 0)) {
        throw DataError("a precision is " + std::to_string(precision) + "; it must be above 0");
    }
    constexpr double most = 1e6;
    // The normal distribution's number never is too large, and Student's is little larger.
    const double normal = boost::math::quantile(boost::math::complement(boost::math::normal(), 0.025));
    const double at_least = std::pow(normal * launch_deviation / precision, 2);
    if (at_least >= most) {
        return static_cast<std::size_t>(most);
    }
    auto launches = std::max<std::size_t>(2, static_cast<std::size_t>(std::ceil(at_least)));
    const auto is_enough = [&] {
        const auto count = static_cast<double>(launches);
        return student_t_limit(count - 1, 0.95) * launch_deviation / std::sqrt(count) <= precision;
    };
    while (!is_enough()) {
        ++launches;
    }
    return launches;
}

}  // namespace gravbench::stats
