#include "findings/noise_problem.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "catch.h"
#include "findings/outcome_builder.h"

namespace gravbench::findings {
namespace {

using figures::Launches;
using records::Launch;
using test::codes_of;
using test::fixed_launches;
using test::with_medians;
using Codes = std::vector<std::string>;

std::vector<Problem> problems_of(const Launches& launches, const plan::RunOptions& options = fixed_launches()) {
    std::vector<Problem> problems;
    add_noise_problems(launches, options, problems);
    return problems;
}

void disturb(Launch& launch) {
    launch.blocks[0].disturbed_by = {"waited 25% of the time for a CPU"};
}

TEST_CASE("launches that agree have no problem") {
    CHECK(problems_of(with_medians({50, 50.1, 49.9, 50.2, 49.8})).empty());
}

TEST_CASE("a figure less well known than was wanted says by how much, and what would do") {
    plan::RunOptions options;
    options.stopping.precision = 0.01;
    const auto problems = problems_of(with_medians({50, 54, 47, 52, 49}), options);
    REQUIRE(codes_of(problems) == Codes{"not_converged"});
    CHECK_THAT(problems[0].message, Contains("wanted was 1.0%"));
    CHECK_THAT(problems[0].message,
               Catch::Matchers::Matches("p50 is known to [0-9.]+%.* about [0-9]+ launches more would do, .*"));
    options.stopping.precision = 0.2;
    CHECK(problems_of(with_medians({50, 54, 47, 52, 49}), options).empty());
}

TEST_CASE("nobody who asked for a number of launches, or for a ratio, is told of a precision") {
    const auto launches = with_medians({50, 54, 47, 52, 49});
    CHECK(problems_of(launches, fixed_launches()).empty());
    plan::RunOptions versus;
    versus.stopping.precision = 0.01;
    versus.versus = plan::RunOptions::same_settings;
    CHECK(problems_of(launches, versus).empty());
}

TEST_CASE("a disturbed block is a problem from more than a fifth on, with the figure without it") {
    auto launches = with_medians({60, 50, 50, 50, 50, 50, 50, 50, 50, 50});
    disturb(launches[0]);
    disturb(launches[1]);
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
    for (Launch& launch : launches) {
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

TEST_CASE("without launches, and of an emulated engine, there is nothing to say about noise") {
    CHECK(problems_of({}).empty());
    plan::RunOptions emulated = fixed_launches();
    emulated.sampling.is_for_emulation = true;
    CHECK(problems_of(with_medians({50, 50.1, 49.9, 72, 50.2, 49.8}), emulated).empty());
}

TEST_CASE("the reason of most disturbed blocks is the one that is named") {
    Launches launches = with_medians({50, 50, 50, 50, 50});
    launches[0].blocks[0].disturbed_by = {"3 major page faults"};
    launches[1].blocks[0].disturbed_by = {"waited 25% of the time for a CPU"};
    launches[2].blocks[0].disturbed_by = {"waited 31% of the time for a CPU"};
    CHECK_THAT(problems_of(launches)[0].message, Contains("for instance waited 25% of the time for a CPU"));
}

TEST_CASE("a figure that was asked for and cannot be given is a problem with its reason") {
    plan::RunOptions options;
    options.stopping.metric = "p99";
    const auto problems = problems_of(with_medians({50, 50.1, 49.9, 50.2, 49.8}), options);
    REQUIRE(codes_of(problems) == Codes{"figure_missing"});
    CHECK(problems[0].message == "p99 needs at least 299 samples, there are 25");
    CHECK(find_problem_kind("figure_missing")->exit_code == ExitCode::not_trustworthy);
}

TEST_CASE("launches in two groups are named, with the figure of each") {
    const auto problems = problems_of(with_medians({0.03, 8, 0.0301, 8.1, 0.0299, 8.05}));
    REQUIRE(codes_of(problems) == Codes{"figure_missing", "launches_in_groups"});
    CHECK(problems[0].message == "p50 6 launches that differ 271-fold; 4 more would tell");
    CHECK(problems[1].message == "p50 is 3 at 0.03 ms (launches 1, 3, 5), and 3 at 8.05 ms (launches 2, 4, 6)");
    const auto close = problems_of(with_medians({50, 70, 50.2, 70.3, 49.9, 70.1, 50.1, 69.8}));
    REQUIRE(codes_of(close) == Codes{"launches_in_groups"});
    CHECK_THAT(close[0].message, Contains("4 at 50 ms (launches 1, 3, 5, 7)"));
}

TEST_CASE("groups need two launches each, and a gap that somebody minds") {
    CHECK(codes_of(problems_of(with_medians({50, 50.1, 49.9, 72, 50.2, 49.8}))) == Codes{"unusual_launch"});
    CHECK(problems_of(with_medians({50, 58, 50.1, 58.1, 49.9, 57.9})).empty());
}

TEST_CASE("noise alone is hardly ever taken for groups") {
    std::mt19937_64 random(13);
    for (const double deviation : {0.02, 0.1, 0.5}) {
        std::lognormal_distribution<double> speed(std::log(50), deviation);
        constexpr int runs = 1000;
        int grouped = 0;
        for (int run = 0; run < runs; ++run) {
            std::vector<double> medians(10);
            std::generate(medians.begin(), medians.end(), [&] { return speed(random); });
            const auto codes = codes_of(problems_of(with_medians(medians)));
            grouped += static_cast<int>(std::count(codes.begin(), codes.end(), "launches_in_groups"));
        }
        INFO(deviation);
        CHECK(grouped <= runs / 100);
    }
}

}  // namespace
}  // namespace gravbench::findings
