#include "results/noise_problem.h"

#include "catch.h"
#include "results/outcome_builder.h"

namespace gravbench::results {
namespace {

std::vector<Problem> problems_of(const std::vector<LaunchRecord>& launches,
                                 const plan::RunOptions& options = fixed_launches()) {
    std::vector<Problem> problems;
    add_noise_problems({launches, {}}, options, problems);
    return problems;
}

std::vector<std::string> codes_of(const std::vector<Problem>& problems) {
    std::vector<std::string> codes;
    for (const Problem& problem : problems) {
        codes.push_back(problem.code);
    }
    return codes;
}

using Codes = std::vector<std::string>;

void disturb(LaunchRecord& launch) {
    launch.blocks[0].disturbance.seconds = 1;
    launch.blocks[0].disturbance.waiting_share = 0.25;
}

TEST_CASE("launches that agree have no problem") {
    CHECK(problems_of(with_medians({50, 50.1, 49.9, 50.2, 49.8})).empty());
}

TEST_CASE("a figure less well known than was wanted says by how much, and what would do") {
    plan::RunOptions options;
    options.precision = 0.01;
    const auto problems = problems_of(with_medians({50, 54, 47, 52, 49}), options);
    REQUIRE(codes_of(problems) == Codes{"not_converged"});
    CHECK_THAT(problems[0].message, Contains("wanted was 1.0%"));
    CHECK_THAT(problems[0].message,
               Catch::Matchers::Matches("p50 is known to [0-9.]+%.* about [0-9]+ launches more would do, .*"));
    options.precision = 0.2;
    CHECK(problems_of(with_medians({50, 54, 47, 52, 49}), options).empty());
}

TEST_CASE("nobody who asked for a number of launches, or for a ratio, is told of a precision") {
    const auto launches = with_medians({50, 54, 47, 52, 49});
    CHECK(problems_of(launches, fixed_launches()).empty());
    plan::RunOptions versus;
    versus.precision = 0.01;
    versus.versus = plan::RunOptions::same_settings;
    CHECK(problems_of(launches, versus).empty());
}

TEST_CASE("a disturbed block is a problem from more than a fifth on, with the figure without it") {
    auto launches = with_medians({60, 50, 50, 50, 50, 50, 50, 50, 50, 50});
    disturb(launches[0]);
    disturb(launches[1]);
    CHECK(disturbed_blocks(launches[0]) == std::vector<int>{0});
    CHECK(disturbed_blocks(launches[2]).empty());
    CHECK(codes_of(problems_of(launches)) == Codes{"unusual_launch"});
    disturb(launches[2]);
    const auto problems = problems_of(launches);
    REQUIRE(codes_of(problems) == Codes{"disturbed", "unusual_launch"});
    CHECK_THAT(problems[0].message, Contains("3 of 10 blocks"));
    CHECK_THAT(problems[0].message, Contains("waited 25% of the time for a CPU"));
    CHECK_THAT(problems[0].message, Contains("without them p50 is 50 ms instead of 50.92"));
}

TEST_CASE("where every block is disturbed there is nothing to compare it with, and it says so") {
    auto launches = with_medians({50, 50, 50, 50, 50});
    for (LaunchRecord& launch : launches) {
        disturb(launch);
    }
    const auto problems = problems_of(launches);
    REQUIRE(codes_of(problems) == Codes{"disturbed"});
    CHECK_THAT(problems[0].message, Contains("5 of 5 blocks") && Contains("no block is without"));
}

TEST_CASE("a trend over launches is drift; the same figures in disorder are none") {
    const auto drifting = problems_of(with_medians({50, 51, 52, 53, 54, 55, 56, 57, 58, 59}));
    REQUIRE(codes_of(drifting) == Codes{"drifting"});
    CHECK_THAT(drifting[0].message, Contains("p50 changed by +17% from the first launch to the last of 10"));
    CHECK(codes_of(problems_of(with_medians({50, 51, 52.5, 53, 54}))) == Codes{"drifting"});
    CHECK(problems_of(with_medians({50, 52.5, 51, 53, 54})).empty());
    CHECK(problems_of(with_medians({54, 51, 58, 50, 57, 53, 59, 52, 56, 55})).empty());
    // As regular, but too small for anybody to mind.
    CHECK(problems_of(with_medians({50, 50.1, 50.2, 50.3, 50.4, 50.5, 50.6, 50.7, 50.8, 50.9})).empty());
}

TEST_CASE("a launch far from the others is named with its figure and theirs") {
    const auto launches = with_medians({50, 50.1, 49.9, 72, 50.2, 49.8});
    CHECK(unusual_launches(launches) == std::vector<std::size_t>{3});
    const auto problems = problems_of(launches);
    REQUIRE(codes_of(problems) == Codes{"unusual_launch"});
    CHECK(problems[0].message == "launch 4 has a p50 of 72 ms, the middle one 50.05 ms");
}

TEST_CASE("launches that agree to a thousandth have no unusual one") {
    CHECK(unusual_launches(with_medians({50, 50.0001, 49.9999, 50.5, 50.0002, 49.9998})).empty());
}

TEST_CASE("warm-up without end, and an engine that does not rest, are problems in more than half of the launches") {
    auto launches = with_medians({50, 50, 50, 50});
    launches[0].is_steady = launches[1].is_steady = false;
    launches[0].is_restless = launches[1].is_restless = true;
    CHECK(problems_of(launches).empty());
    launches[2].is_steady = false;
    launches[2].is_restless = true;
    const auto problems = problems_of(launches);
    REQUIRE(codes_of(problems) == Codes{"not_steady", "engine_not_idle"});
    CHECK(problems[0].message == "warm-up was not seen to end in 3 of 4 launches");
}

TEST_CASE("failed launches say nothing about noise, and an emulated engine's times neither") {
    CHECK(problems_of({failed_launch("engine_crashed")}).empty());
    auto launches = with_medians({50, 50.1, 49.9, 72, 50.2, 49.8});
    launches.push_back(failed_launch("engine_crashed", 6));
    CHECK(codes_of(problems_of(launches)) == Codes{"unusual_launch"});
    plan::RunOptions emulated = fixed_launches();
    emulated.is_for_emulation = true;
    CHECK(problems_of(launches, emulated).empty());
}

}  // namespace
}  // namespace gravbench::results
