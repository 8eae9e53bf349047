#include "stats/variance.h"

#include <cmath>
#include <random>
#include <vector>

#include "base/errors.h"
#include "catch.h"
#include "stats/launch_interval.h"
#include "stats/summary.h"

namespace gravbench::stats {
namespace {

struct Levels {
    double launches;
    double blocks;
    double within;
};

Samples simulated(const Levels& deviation, std::size_t launches, std::size_t blocks, std::size_t count,
                  std::mt19937_64& random, bool is_uneven = false) {
    std::normal_distribution<double> normal(0, 1);
    Samples samples;
    for (std::size_t i = 0; i < launches; ++i) {
        const double launch = deviation.launches * normal(random);
        auto& of_launch = samples.emplace_back();
        for (std::size_t j = 0; j < (is_uneven && i % 2 == 0 ? blocks / 2 + 1 : blocks); ++j) {
            const double block = launch + deviation.blocks * normal(random);
            auto& of_block = of_launch.emplace_back();
            for (std::size_t k = 0; k < (is_uneven && j % 2 == 0 ? count / 2 + 1 : count); ++k) {
                of_block.push_back(50 * std::exp(block + deviation.within * normal(random)));
            }
        }
    }
    return samples;
}

TEST_CASE("the variance is split among the levels that it comes from") {
    std::mt19937_64 random(1);
    for (const bool is_uneven : {false, true}) {
        const VarianceComponents found =
            variance_components(simulated({0.08, 0.03, 0.05}, 400, 6, 12, random, is_uneven));
        CHECK(std::sqrt(found.between_launches) == Approx(0.08).epsilon(0.1));
        CHECK(std::sqrt(found.between_blocks) == Approx(0.03).epsilon(0.1));
        CHECK(std::sqrt(found.within_blocks) == Approx(0.05).epsilon(0.05));
        CHECK(found.launches == 400);
    }
}

TEST_CASE("of small balanced samples the components are those of the textbook's table") {
    // Two launches, two blocks each, two samples each, on the logarithmic scale: mean squares 16 (launches), 1
    // (blocks), 0.5 (within), worked out by hand.
    const auto e = [](double x) { return std::exp(x); };
    const Samples samples{{{e(0.5), e(1.5)}, {e(1.5), e(2.5)}}, {{e(3.5), e(4.5)}, {e(4.5), e(5.5)}}};
    const VarianceComponents found = variance_components(samples);
    CHECK(found.within_blocks == Approx(0.5));
    CHECK(found.between_blocks == Approx((1.0 * 2 / 2 * 1 - 0.5) / 2));
    CHECK(found.between_launches == Approx((18.0 - 1.0) / 4));
}

TEST_CASE("a component below zero is zero") {
    std::mt19937_64 random(2);
    for (int run = 0; run < 50; ++run) {
        const VarianceComponents found = variance_components(simulated({0, 0, 0.05}, 5, 3, 10, random));
        CHECK(found.between_launches >= 0);
        CHECK(found.between_blocks >= 0);
        CHECK(std::sqrt(found.within_blocks) == Approx(0.05).epsilon(0.35));
    }
}

TEST_CASE("one block a launch leaves nothing to say of blocks") {
    std::mt19937_64 random(3);
    const VarianceComponents found = variance_components(simulated({0.08, 0, 0.05}, 300, 1, 20, random));
    CHECK(found.between_blocks == 0);
    CHECK(std::sqrt(found.between_launches) == Approx(0.08).epsilon(0.1));
}

TEST_CASE("no samples, and samples that are no times, are refused") {
    CHECK_THROWS_AS(variance_components({}), DataError);
    CHECK_THROWS_AS(variance_components({{{}}}), DataError);
    CHECK_THROWS_AS(variance_components({{{1, 0}}}), DataError);
}

TEST_CASE("as many launches as are needed give the precision, and one fewer does not") {
    CHECK(launches_needed(0, 0.02) == 2);
    for (const double deviation : {0.01, 0.05, 0.11, 0.5}) {
        const std::size_t launches = launches_needed(deviation, 0.02);
        const auto half_width = [&](std::size_t count) {
            // An interval of figures with exactly this deviation.
            const double offset = deviation * std::sqrt(static_cast<double>(count - 1) / static_cast<double>(count));
            std::vector<double> figures;
            for (std::size_t i = 0; i < count; ++i) {
                figures.push_back(i % 2 == 0 ? offset : -offset);
            }
            const Interval interval = *launch_interval(figures);
            return (interval.high - interval.low) / 2;
        };
        if (launches % 2 == 0) {
            CHECK(half_width(launches) <= 0.02 * 1.000001);
        }
        if (launches % 2 == 1 && launches > 3) {
            CHECK(half_width(launches - 1) > 0.02);
        }
    }
    // scipy 1.17.1: the smallest n with t.ppf(0.975, n - 1) * 0.05 / sqrt(n) <= 0.02
    CHECK(launches_needed(0.05, 0.02) == 27);
    CHECK(launches_needed(0.11, 0.02) == 119);
    CHECK(launches_needed(1000, 0.001) == 1000000);
    CHECK_THROWS_AS(launches_needed(0.05, 0), DataError);
}

TEST_CASE("the cheapest design has short launches where launches differ most, long ones where they cost most") {
    const Costs costs{1.0, 0.005, 0.05};
    const Design noisy_launches = cheapest_design({0.0064, 0, 0.0004, 20}, costs, 0.02);
    const Design noisy_samples = cheapest_design({0.0001, 0, 0.01, 20}, costs, 0.02);
    CHECK(noisy_launches.inferences < noisy_samples.inferences);
    CHECK(noisy_launches.launches > noisy_samples.launches);
    const Design costly_launches = cheapest_design({0.0064, 0, 0.0004, 20}, {30.0, 0.005, 0.05}, 0.02);
    CHECK(costly_launches.inferences > noisy_launches.inferences);
    CHECK(costly_launches.launches <= noisy_launches.launches);
}

TEST_CASE("no design of twice or half the inferences reaches the precision more cheaply") {
    const VarianceComponents components{0.0025, 0, 0.01, 20};
    const Costs costs{1.0, 0, 0.05};
    const Design design = cheapest_design(components, costs, 0.02);
    const auto seconds_for = [&](double inferences) {
        const double deviation = std::sqrt(components.between_launches + components.within_blocks / inferences);
        return static_cast<double>(launches_needed(deviation, 0.02)) *
               (costs.launch_s + inferences * costs.inference_s);
    };
    CHECK(design.seconds == Approx(seconds_for(static_cast<double>(design.inferences))));
    CHECK(design.seconds <= seconds_for(2.0 * static_cast<double>(design.inferences)));
    CHECK(design.seconds <= seconds_for(0.5 * static_cast<double>(design.inferences)));
    CHECK_THROWS_AS(cheapest_design(components, costs, 0), DataError);
}

TEST_CASE("a design with spread between blocks repeats blocks too") {
    const Design design = cheapest_design({0.0004, 0.0064, 0.0016, 20}, {5.0, 0.01, 0.01}, 0.02);
    CHECK(design.blocks > 1);
    const Design without = cheapest_design({0.0064, 0.0001, 0.0016, 20}, {5.0, 0.01, 0.01}, 0.02);
    CHECK(without.blocks < design.blocks);
}

}  // namespace
}  // namespace gravbench::stats
