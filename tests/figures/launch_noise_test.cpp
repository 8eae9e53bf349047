#include "figures/launch_noise.h"

#include <cmath>

#include "catch.h"

namespace gravbench::figures {
namespace {

/// Samples in ms, block by block.
records::Launch launch_of(const std::vector<std::vector<double>>& blocks, double busy_s) {
    records::Launch launch;
    launch.busy_ns = std::llround(busy_s * 1e9);
    for (const auto& samples : blocks) {
        records::Block block;
        for (const double sample : samples) {
            block.samples_ns.push_back(std::llround(sample * 1e6));
            block.wall_ns += block.samples_ns.back();
        }
        launch.blocks.push_back(std::move(block));
    }
    return launch;
}

std::vector<LaunchNoise> noises(const std::vector<std::vector<std::vector<double>>>& launches) {
    std::vector<LaunchNoise> all;
    for (const auto& blocks : launches) {
        all.push_back(noise_of(launch_of(blocks, 2)));
    }
    return all;
}

TEST_CASE("a launch says what its blocks were and what they cost") {
    const LaunchNoise noise = noise_of(launch_of({{10, 12, 14}, {20, 20, 20}}, 1.5));
    CHECK(noise.block_medians == std::vector<double>{12, 20});
    CHECK(noise.within_degrees == 4);
    CHECK(noise.inferences == 6);
    CHECK(noise.measured_s == Approx(0.096));
    const std::vector<LaunchNoise> one{noise};
    const stats::Costs costs = costs_of(one);
    CHECK(costs.inference_s == Approx(0.016));
    CHECK(costs.block_s == Approx(0.025 + 0.016));
    CHECK(costs.launch_s == Approx(1.5 - 0.096 - 2 * 0.041));
    CHECK(inferences_of_block(one) == 3);
}

TEST_CASE("two launches that agree are still taken to differ by a little") {
    const std::vector<std::vector<double>> blocks{{10, 10}, {11, 11}, {10, 10}};
    const double agreeing = components_of(noises({blocks, blocks})).between_launches;
    CHECK(agreeing > 0);
    CHECK(std::sqrt(agreeing) < 0.01);
    const double differing = components_of(noises({blocks, {{12, 12}, {13, 13}, {12, 12}}})).between_launches;
    CHECK(differing > 10 * agreeing);
}

TEST_CASE("blocks keep at least half of what they differ by") {
    // Inferences differ so much that all of what blocks differ by could be theirs.
    const stats::VarianceComponents found =
        components_of(noises({{{8, 12}, {9, 14}, {7, 11}}, {{8, 13}, {9, 12}, {7, 12}}}));
    const double of_blocks = found.between_blocks;
    CHECK(of_blocks > 0);
    CHECK(found.within_blocks / 2 == Approx(of_blocks));
}

TEST_CASE("a ratio has none of what both sides share") {
    const auto base = noises({{{10, 10}, {12, 12}, {9, 9}}, {{20, 20}, {22, 22}, {18, 18}}});
    const auto other = noises({{{11, 11}, {13.2, 13.2}, {9.9, 9.9}}, {{22, 22}, {24.2, 24.2}, {19.8, 19.8}}});
    const stats::VarianceComponents found = components_of_ratio(base, other);
    CHECK(found.between_blocks == Approx(0).margin(1e-9));
    CHECK(std::sqrt(found.between_launches) < 0.01);
    CHECK(components_of(base).between_launches > 0.05);
}

}  // namespace
}  // namespace gravbench::figures
