#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "base/errors.h"
#include "catch.h"
#include "stats/summary.h"

namespace gravbench::stats {
namespace {

const std::vector<double> base_launches{100, 104, 98, 110, 102};
const std::vector<double> new_launches{93, 95, 91, 99};

std::vector<double> scaled(std::vector<double> launches, double factor) {
    std::for_each(launches.begin(), launches.end(), [&](double& launch) { launch *= factor; });
    return launches;
}

TEST_CASE("a ratio of two sets of launches is the one that scipy gives by Welch's t on logarithms") {
    // exp of scipy.stats.ttest_ind(log(new), log(base), equal_var=False).confidence_interval(0.95), scipy 1.17.1
    const Ratio ratio = ratio_interval(base_launches, new_launches);
    CHECK(ratio.value == Approx(0.9195393754088261));
    CHECK(ratio.ci95.low == Approx(0.8632178764640023));
    CHECK(ratio.ci95.high == Approx(0.9795356259197154));
}

TEST_CASE("a paired ratio is the one that scipy gives by t on the logarithms of the rounds' ratios") {
    // exp of scipy.stats.t.interval(0.95, 7, mean, sem) of log(ratios), scipy 1.17.1; the ratios are docs/facts.md's
    // eight pairs.
    const std::vector<double> ratios{1.002, 0.926, 1.037, 1.078, 1.023, 0.995, 1.009, 1.074};
    const Ratio ratio = paired_ratio(std::vector<double>(8, 1.0), ratios);
    CHECK(ratio.value == Approx(1.0169715378905186));
    CHECK(ratio.ci95.low == Approx(0.97672585));
    CHECK(ratio.ci95.high == Approx(1.05887554));
}

TEST_CASE("swapping the two sets gives the reciprocal ratio and interval") {
    const Ratio forwards = ratio_interval(base_launches, new_launches);
    const Ratio backwards = ratio_interval(new_launches, base_launches);
    CHECK(backwards.value == Approx(1 / forwards.value));
    CHECK(backwards.ci95.low == Approx(1 / forwards.ci95.high));
    CHECK(backwards.ci95.high == Approx(1 / forwards.ci95.low));
}

TEST_CASE("the unit of the launches does not matter to a ratio") {
    const Ratio in_milliseconds = ratio_interval(base_launches, new_launches);
    const Ratio in_nanoseconds = ratio_interval(scaled(base_launches, 1e6), scaled(new_launches, 1e6));
    CHECK(in_nanoseconds.value == Approx(in_milliseconds.value));
    CHECK(in_nanoseconds.ci95.low == Approx(in_milliseconds.ci95.low));
    CHECK(in_nanoseconds.ci95.high == Approx(in_milliseconds.ci95.high));
}

TEST_CASE("launches without any spread give a ratio without width") {
    const Ratio ratio = ratio_interval(std::vector<double>{10, 10, 10}, std::vector<double>{5, 5});
    CHECK(ratio.value == Approx(0.5));
    CHECK(ratio.ci95.low == Approx(0.5));
    CHECK(ratio.ci95.high == Approx(0.5));
}

TEST_CASE("spread on one side alone gives an interval with that side's degrees of freedom") {
    // exp(log(0.5) +- t(0.975, 2) * std(log([9, 10, 11])) / sqrt(3)) about the geometric means' ratio
    const std::vector<double> spread{9, 10, 11};
    const Ratio ratio = ratio_interval(spread, std::vector<double>{5, 5, 5, 5});
    const Ratio paired = paired_ratio(spread, std::vector<double>{5, 5, 5});
    CHECK(ratio.ci95.low == Approx(paired.ci95.low));
    CHECK(ratio.ci95.high == Approx(paired.ci95.high));
}

TEST_CASE("a disturbance of whole rounds widens the unpaired interval but not the paired one") {
    const std::vector<double> base{90, 120, 80, 150};
    const std::vector<double> other{37.8, 49.2, 33.2, 64.5};
    const Ratio paired = paired_ratio(base, other);
    const Ratio unpaired = ratio_interval(base, other);
    // scipy 1.17.1, as above
    CHECK(paired.value == Approx(0.4186850220912081));
    CHECK(paired.ci95.low == Approx(0.40536517));
    CHECK(paired.ci95.high == Approx(0.43244255));
    CHECK(unpaired.value == Approx(paired.value));
    CHECK(unpaired.ci95.high / unpaired.ci95.low > 2);
}

TEST_CASE("the ratio's interval holds the true ratio as often as it claims") {
    std::mt19937_64 random(7);
    std::normal_distribution<double> slow(std::log(100.0), 0.11);
    std::normal_distribution<double> fast(std::log(80.0), 0.04);
    int covered = 0;
    const int runs = 2000;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> base(5);
        std::vector<double> other(7);
        std::generate(base.begin(), base.end(), [&] { return std::exp(slow(random)); });
        std::generate(other.begin(), other.end(), [&] { return std::exp(fast(random)); });
        const Interval interval = ratio_interval(base, other).ci95;
        covered += interval.low <= 0.8 && 0.8 <= interval.high;
    }
    CHECK(covered >= 0.935 * runs);
    CHECK(covered <= 0.97 * runs);
}

TEST_CASE("a ratio that has no interval is refused") {
    const std::vector<double> one{1};
    CHECK_THROWS_AS(ratio_interval(one, new_launches), DataError);
    CHECK_THROWS_AS(ratio_interval(base_launches, {}), DataError);
    CHECK_THROWS_AS(paired_ratio(one, one), DataError);
    CHECK_THROWS_AS(paired_ratio(base_launches, new_launches), DataError);
}

TEST_CASE("a ratio of numbers that are no times is refused") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double wrong : {0.0, -1.0, infinity, std::nan("")}) {
        CHECK_THROWS_AS(ratio_interval(base_launches, std::vector<double>{93, wrong}), DataError);
        CHECK_THROWS_AS(paired_ratio(std::vector<double>{93, wrong}, std::vector<double>{93, 95}), DataError);
    }
}

}  // namespace
}  // namespace gravbench::stats
