#include "stats/outlier.h"

#include <cmath>
#include <random>
#include <vector>

#include "catch.h"

namespace gravbench::stats {
namespace {

using Indices = std::vector<std::size_t>;

TEST_CASE("a value far from the others is an outlier wherever it stands") {
    CHECK(outliers(std::vector<double>{50, 51, 52, 49, 50, 90, 51}) == Indices{5});
    CHECK(outliers(std::vector<double>{10, 51, 52, 49, 50, 51}) == Indices{0});
    CHECK(outliers(std::vector<double>{50, 51, 52, 49, 50, 53}).empty());
}

TEST_CASE("the threshold is 3.5 modified z-scores") {
    // Median 10, median distance 1: 0.6745 (x - 10) reaches 3.5 at 15.19.
    CHECK(outliers(std::vector<double>{9, 9, 9, 10, 11, 11, 15.18}).empty());
    CHECK(outliers(std::vector<double>{9, 9, 9, 10, 11, 11, 15.20}) == Indices{6});
}

TEST_CASE("where more than half are equal the mean distance stands in") {
    CHECK(outliers(std::vector<double>{10, 10, 10, 10, 10, 10, 10, 10, 10, 11}) == Indices{9});
    CHECK(outliers(std::vector<double>{10, 10, 10, 10, 10}).empty());
}

TEST_CASE("of very few values none is an outlier") {
    CHECK(outliers(std::vector<double>{1, 1, 2, 900}).empty());
    CHECK(outliers({}).empty());
}

TEST_CASE("a trend is found with its size") {
    // Theil-Sen's slope by scipy 1.17.1, times nine steps, over the median; Kendall's sum is 37 of 45.
    const auto found = drift(std::vector<double>{10, 10.4, 10.1, 10.9, 11.2, 11.0, 11.9, 12.1, 11.7, 12.8});
    REQUIRE(found.has_value());
    CHECK(found->total == Approx(0.24324324324324323));
    CHECK(found->p_value == Approx(0.0012821837418053048));
}

TEST_CASE("one wild launch makes no trend") {
    const auto found = drift(std::vector<double>{10, 10.1, 9.9, 10, 10.1, 9.9, 10, 50});
    REQUIRE(found.has_value());
    CHECK(found->p_value > 0.2);
    CHECK(std::abs(found->total) < 0.02);
}

TEST_CASE("equal values have no trend, and few values none that could be told") {
    const auto flat = drift(std::vector<double>(9, 3.0));
    REQUIRE(flat.has_value());
    CHECK(flat->total == 0);
    CHECK(flat->p_value == 1);
    // Kendall's sum is 8, its variance without a trend (1656 - 1176) / 18, since eight are tied.
    CHECK(drift(std::vector<double>{3, 3, 3, 3, 3, 3, 3, 3, 3.1})->p_value == Approx(0.17525).epsilon(0.001));
    CHECK_FALSE(drift(std::vector<double>{1, 2, 3, 4}).has_value());
}

TEST_CASE("of few launches the probability of a trend is exact") {
    // scipy 1.17.1's kendalltau, exact; with equal values, by counting all orders.
    CHECK(drift(std::vector<double>{1, 2, 3, 4, 5})->p_value == Approx(1.0 / 60));
    CHECK(drift(std::vector<double>{6, 5, 4, 2, 3, 1})->p_value == Approx(1.0 / 60));
    CHECK(drift(std::vector<double>{1, 2, 3, 5, 4, 6, 7})->p_value == Approx(1.0 / 360));
    CHECK(drift(std::vector<double>{1, 2, 3, 3, 4})->p_value == Approx(1.0 / 30));
    CHECK(drift(std::vector<double>{1, 1, 2, 3, 3, 4})->p_value == Approx(1.0 / 90));
    CHECK(drift(std::vector<double>{2, 2, 2, 2, 2})->p_value == 1);
}

TEST_CASE("where there is no trend one is called as often as the level says") {
    std::mt19937_64 random(4);
    std::normal_distribution<double> launch(100, 5);
    const int runs = 2000;
    int alarms = 0;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> launches(15);
        for (double& value : launches) {
            value = launch(random);
        }
        alarms += drift(launches)->p_value <= 0.05;
    }
    CHECK(alarms > 0.03 * runs);
    CHECK(alarms < 0.065 * runs);
}

}  // namespace
}  // namespace gravbench::stats
