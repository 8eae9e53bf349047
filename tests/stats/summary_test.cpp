#include "stats/summary.h"

#include <vector>

#include "base/errors.h"
#include "catch.h"

namespace gravbench::stats {
namespace {

TEST_CASE("mean and deviation are what numpy says of the same samples") {
    // numpy 2.4.6: mean, std(ddof=1)
    const Moments summary = moments(std::vector<double>{79.0, 99.7, 81.2, 86.4, 92.1});
    CHECK(summary.mean == Approx(87.68));
    CHECK(summary.stddev == Approx(8.411123587250398));
}

TEST_CASE("a small spread about a large mean survives") {
    // The textbook's one-pass formula loses all digits here.
    const Moments of_large = moments(std::vector<double>{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16});
    CHECK(of_large.mean == Approx(1e9 + 10).epsilon(1e-15));
    CHECK(of_large.stddev == Approx(5.477225575051661));
}

TEST_CASE("one sample has no spread") {
    const Moments summary = moments(std::vector<double>{3.5});
    CHECK(summary.mean == 3.5);
    CHECK(summary.stddev == 0);
}

TEST_CASE("the mean of nothing is refused") {
    CHECK_THROWS_AS(moments({}), DataError);
}

}  // namespace
}  // namespace gravbench::stats
