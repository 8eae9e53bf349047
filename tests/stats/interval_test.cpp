#include <algorithm>
#include <random>
#include <vector>

#include "base/errors.h"
#include "catch.h"
#include "stats/launch_interval.h"
#include "stats/summary.h"

namespace gravbench::stats {
namespace {

const std::vector<double> five_launches{79.0, 99.7, 81.2, 86.4, 92.1};

TEST_CASE("an interval over launches is the one that scipy gives") {
    // scipy.stats.t.interval(confidence, 4, mean, sem), scipy 1.17.1
    const Interval usual = launch_interval(five_launches).value();
    CHECK(usual.low == Approx(77.23621065726867));
    CHECK(usual.high == Approx(98.12378934273131));
    const Interval strict = launch_interval(five_launches, 0.99).value();
    CHECK(strict.low == Approx(70.36138028001693));
    CHECK(strict.high == Approx(104.99861971998305));
}

TEST_CASE("fewer than two launches give no interval") {
    CHECK_FALSE(launch_interval({}));
    CHECK_FALSE(launch_interval(std::vector<double>{80.0}));
}

TEST_CASE("launches that agree exactly give an interval without width") {
    const Interval interval = launch_interval(std::vector<double>{8, 8, 8}).value();
    CHECK(interval.low == 8);
    CHECK(interval.high == 8);
}

TEST_CASE("the order of launches does not matter") {
    std::vector<double> other_order = five_launches;
    std::reverse(other_order.begin(), other_order.end());
    CHECK(launch_interval(other_order)->low == Approx(launch_interval(five_launches)->low));
    CHECK(launch_interval(other_order)->high == Approx(launch_interval(five_launches)->high));
}

TEST_CASE("shifting the launches shifts the interval by as much") {
    std::vector<double> shifted = five_launches;
    std::for_each(shifted.begin(), shifted.end(), [](double& launch) { launch += 500; });
    CHECK(launch_interval(shifted)->low == Approx(launch_interval(five_launches)->low + 500));
    CHECK(launch_interval(shifted)->high == Approx(launch_interval(five_launches)->high + 500));
}

TEST_CASE("a confidence that is no probability is refused") {
    CHECK_THROWS_AS(launch_interval(five_launches, 0), DataError);
    CHECK_THROWS_AS(launch_interval(five_launches, 1), DataError);
    CHECK_THROWS_AS(launch_interval(five_launches, 95), DataError);
}

TEST_CASE("the interval over five launches holds the true mean as often as it claims") {
    std::mt19937_64 random(20240711);
    std::normal_distribution<double> launch(90, 8);
    int covered = 0;
    const int runs = 2000;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> launches(5);
        std::generate(launches.begin(), launches.end(), [&] { return launch(random); });
        const Interval interval = launch_interval(launches).value();
        covered += interval.low <= 90 && 90 <= interval.high;
    }
    // Three standard errors of a share of 95% in 2,000 runs.
    CHECK(covered >= 0.935 * runs);
    CHECK(covered <= 0.965 * runs);
}

TEST_CASE("an interval for times and rates never reaches 0, however unequal the launches") {
    const Interval plain = launch_interval(std::vector<double>{1, 2, 90}).value();
    CHECK(plain.low < 0);
    const Interval interval = positive_launch_interval(std::vector<double>{1, 2, 90}).value();
    CHECK(interval.low > 0);
    CHECK(interval.low < 5.646);  // the geometric mean
    CHECK(interval.high > 5.647);
}

TEST_CASE("an interval for times in milliseconds is that in seconds times 1000") {
    std::vector<double> thousandfold = five_launches;
    std::for_each(thousandfold.begin(), thousandfold.end(), [](double& launch) { launch *= 1000; });
    CHECK(positive_launch_interval(thousandfold)->low == Approx(1000 * positive_launch_interval(five_launches)->low));
    CHECK(positive_launch_interval(thousandfold)->high == Approx(1000 * positive_launch_interval(five_launches)->high));
}

TEST_CASE("an interval on logarithms refuses what has none") {
    CHECK_FALSE(positive_launch_interval(std::vector<double>{80.0}));
    CHECK_THROWS_AS(positive_launch_interval(std::vector<double>{80.0, 0.0}), DataError);
    CHECK_THROWS_AS(positive_launch_interval(std::vector<double>{80.0, -1.0}), DataError);
}

TEST_CASE("an interval is widened to hold its point and no further") {
    CHECK(widened_to({4, 6}, 3).low == 3);
    CHECK(widened_to({4, 6}, 3).high == 6);
    CHECK(widened_to({4, 6}, 7).low == 4);
    CHECK(widened_to({4, 6}, 7).high == 7);
    CHECK(widened_to({4, 6}, 5).low == 4);
    CHECK(widened_to({4, 6}, 5).high == 6);
}

}  // namespace
}  // namespace gravbench::stats
