#include "run/shape_choice.h"

#include <cmath>
#include <random>

#include "catch.h"
#include "run/simulated_world.h"

namespace gravbench::run {
namespace {

using namespace std::chrono_literals;

/// Deviations of the logarithm.
struct Noise {
    double launches = 0;
    double blocks = 0;
    double inferences = 0;
};

/// Launches of a model of 8 ms, whose start takes 0.9 s.
class Machine {
  public:
    explicit Machine(const Noise& noise) : noise_(noise) {}

    records::Launch launch(int number, const plan::LaunchShape& shape) {
        records::Launch launch;
        launch.number = number;
        launch.busy_ns = 900'000'000;
        const double of_launch = noise_.launches * normal_(random_);
        for (int i = 0; i < shape.blocks; ++i) {
            records::Block block;
            const double of_block = of_launch + noise_.blocks * normal_(random_);
            while (shape.block.iterations ? static_cast<std::int64_t>(block.samples_ns.size()) < *shape.block.iterations
                                          : block.wall_ns < shape.block.duration.count()) {
                block.samples_ns.push_back(
                    std::llround(8e6 * std::exp(of_block + noise_.inferences * normal_(random_))));
                block.wall_ns += block.samples_ns.back();
            }
            launch.busy_ns += block.wall_ns + 33'000'000;
            launch.blocks.push_back(std::move(block));
        }
        return launch;
    }

  private:
    Noise noise_;
    std::mt19937_64 random_{1};
    std::normal_distribution<double> normal_;
};

plan::RunOptions options_with(std::set<std::string> given = {}) {
    plan::RunOptions options;
    options.given = std::move(given);
    return options;
}

/// What is chosen after so many launches.
plan::LaunchShape chosen(const plan::RunOptions& options, const Noise& noise, int launches = 2, std::size_t sides = 1) {
    ShapeChoice choice(options, sides);
    Machine machine(noise);
    for (int number = 0; number < launches; ++number) {
        for (std::size_t side = 0; side < sides; ++side) {
            choice.observe(side, machine.launch(number, choice.shape()));
        }
    }
    return choice.shape();
}

double measured_s(const plan::LaunchShape& shape) {
    return shape.blocks * (shape.block.iterations ? 0.008 * static_cast<double>(*shape.block.iterations)
                                                  : std::chrono::duration<double>(shape.block.duration).count());
}

TEST_CASE("the first launches take many short blocks") {
    ShapeChoice choice(options_with(), 1);
    CHECK(choice.shape() == options_with().first_shape());
    CHECK(choice.shape().blocks >= 6);
    CHECK(choice.shape().block.duration <= 100ms);
    CHECK(choice.shape().chosen_by == 0);
}

TEST_CASE("where launches differ they are short, where blocks do they take more of them") {
    const plan::LaunchShape of_launches = chosen(options_with(), {0.08, 0.005, 0.005});
    const plan::LaunchShape of_blocks = chosen(options_with(), {0, 0.06, 0.005});
    CHECK(of_launches.chosen_by == 2);
    CHECK(of_launches.blocks < of_blocks.blocks);
    CHECK(of_blocks.blocks > 8);
}

TEST_CASE("what is quiet is not measured for longer than the precision takes") {
    const Noise quiet{0.002, 0.002, 0.002};
    CHECK(measured_s(chosen(options_with(), quiet, 2, 2)) <= 0.3);
    // Of a cell by itself the tail is shown too, as far as half a second brings it.
    const double single = measured_s(chosen(options_with(), quiet));
    CHECK(single >= 0.45);
    CHECK(single <= 0.6);
}

TEST_CASE("of a pair it is the ratio that must be known") {
    // Both sides have the same noise, drawn anew for each: the ratio has it twice.
    const plan::LaunchShape pair = chosen(options_with(), {0, 0.04, 0.005}, 2, 2);
    const plan::LaunchShape single = chosen(options_with(), {0, 0.04, 0.005}, 2, 1);
    CHECK(pair.blocks > single.blocks);
}

TEST_CASE("a launch that only one side has says nothing of the ratio") {
    ShapeChoice choice(options_with(), 2);
    Machine machine({0.01, 0.01, 0.01});
    for (int number = 0; number < 5; ++number) {
        choice.observe(0, machine.launch(number, choice.shape()));
    }
    CHECK(choice.shape().chosen_by == 0);
}

TEST_CASE("it is chosen anew at 2, 5 and 10 launches, and not in between") {
    ShapeChoice choice(options_with(), 1);
    Machine machine({0.02, 0.03, 0.01});
    std::vector<int> chosen_by;
    for (int number = 0; number < 11; ++number) {
        choice.observe(0, machine.launch(number, choice.shape()));
        chosen_by.push_back(choice.shape().chosen_by);
    }
    CHECK(chosen_by == std::vector<int>{0, 2, 2, 2, 5, 5, 5, 5, 5, 10, 10});
}

TEST_CASE("what a flag says is not chosen") {
    const Noise noise{0, 0.06, 0.005};
    plan::RunOptions options = options_with({"blocks"});
    options.sampling.shape.blocks = 3;
    CHECK(chosen(options, noise).blocks == 3);
    CHECK(chosen(options, noise).chosen_by == 2);

    options = options_with({"duration"});
    options.sampling.shape.block.duration = 30ms;
    CHECK(chosen(options, noise).block.duration == 30ms);
    CHECK(chosen(options, noise).blocks > 8);

    options = options_with({"blocks", "duration"});
    CHECK(chosen(options, noise) == options.sampling.shape);
}

TEST_CASE("a fixed number of launches, and figures of the tail, are measured in 2 blocks of 500 ms") {
    plan::RunOptions options = options_with();
    options.sampling.has_fixed_launches = true;
    CHECK(chosen(options, {0, 0.06, 0.005}) == plan::LaunchShape());
    options = options_with();
    options.stopping.metric = "p99";
    CHECK(chosen(options, {0, 0.06, 0.005}) == plan::LaunchShape());
}

}  // namespace
}  // namespace gravbench::run
