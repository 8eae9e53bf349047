#include "stats/trend.h"

#include <cmath>
#include <random>
#include <vector>

#include "base/errors.h"
#include "catch.h"

namespace gravbench::stats {
namespace {

const std::vector<double> some{52.1, 55.3, 51.2, 57.9, 53.3, 54.0, 51.7, 56.2};

TEST_CASE("a run's mean and its error about the trend are those of an independent computation") {
    // scipy 1.17.1's linregress, with the launches' numbers counted from their middle.
    const RunMean mean = mean_of_run(some);
    CHECK(mean.value == Approx(53.9625));
    CHECK(mean.standard_error == Approx(0.8863227156906256));
    CHECK(mean.degrees_of_freedom == 6);
    const std::vector<double> residuals = residuals_of_run(some);
    const std::vector<double> expected{-1.2583333333333293, 1.7690476190476185,  -2.5035714285714237,
                                       4.023809523809524,   -0.7488095238095254, -0.22142857142857053,
                                       -2.6940476190476157, 1.6333333333333364};
    REQUIRE(residuals.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(residuals[i] == Approx(expected[i]));
    }
}

TEST_CASE("a trend, whichever way, moves neither the mean nor its error") {
    std::vector<double> drifting = some;
    for (std::size_t i = 0; i < drifting.size(); ++i) {
        drifting[i] -= 4 * (static_cast<double>(i) - 3.5);
    }
    CHECK(mean_of_run(drifting).value == Approx(mean_of_run(some).value));
    CHECK(mean_of_run(drifting).standard_error == Approx(mean_of_run(some).standard_error));
    CHECK(residuals_of_run(drifting)[2] == Approx(residuals_of_run(some)[2]));
}

TEST_CASE("fewer than five launches keep all of their spread") {
    const std::vector<double> rising{1, 2, 3, 4};
    CHECK(mean_of_run(rising).standard_error == Approx(std::sqrt(5.0 / 3 / 4)));
    CHECK(mean_of_run(rising).degrees_of_freedom == 3);
    CHECK(residuals_of_run(rising) == std::vector<double>{-1.5, -0.5, 0.5, 1.5});
    const std::vector<double> of_five{1, 2, 3, 4, 5};
    CHECK(mean_of_run(of_five).standard_error == Approx(0).margin(1e-12));
    CHECK(mean_of_run(of_five).degrees_of_freedom == 3);
}

TEST_CASE("one launch has no error, and no residual") {
    CHECK_THROWS_AS(mean_of_run(std::vector<double>{3}), DataError);
    CHECK(residuals_of_run(std::vector<double>{3}) == std::vector<double>{0});
}

}  // namespace
}  // namespace gravbench::stats
