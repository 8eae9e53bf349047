#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "base/errors.h"
#include "catch.h"
#include "stats/comparison.h"

namespace gravbench::stats {
namespace {

const std::vector<double> base_launches{100, 104, 98, 110, 102};
const std::vector<double> new_launches{93, 95, 91, 99};

std::vector<double> scaled(std::vector<double> launches, double factor) {
    std::for_each(launches.begin(), launches.end(), [&](double& launch) { launch *= factor; });
    return launches;
}

std::vector<double> ratios_of(const std::vector<double>& base, const std::vector<double>& other) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < base.size(); ++i) {
        ratios.push_back(other[i] / base[i]);
    }
    return ratios;
}

TEST_CASE("a ratio of two sets of launches is the one that scipy gives by Welch's t on logarithms") {
    // exp of scipy.stats.ttest_ind(log(new), log(base), equal_var=False).confidence_interval(0.95), scipy 1.17.1
    const RatioEstimate ratio = independent_ratio(base_launches, new_launches);
    CHECK(ratio.value == Approx(0.9195393754088261));
    CHECK(ratio.ci95.low == Approx(0.8632178764640023));
    CHECK(ratio.ci95.high == Approx(0.9795356259197154));
}

TEST_CASE("a paired ratio is the one that scipy gives by t on the logarithms of the rounds' ratios") {
    // exp of scipy.stats.t.interval(0.95, 7, mean, sem) of log(ratios), scipy 1.17.1; the ratios are docs/facts.md's
    // eight pairs.
    const std::vector<double> ratios{1.002, 0.926, 1.037, 1.078, 1.023, 0.995, 1.009, 1.074};
    const RatioEstimate ratio = paired_ratio_of(ratios);
    CHECK(ratio.value == Approx(1.0169715378905186));
    CHECK(ratio.ci95.low == Approx(0.97672585));
    CHECK(ratio.ci95.high == Approx(1.05887554));
}

TEST_CASE("of twenty launches and more the outer 15% are trimmed, as scipy does by Yuen") {
    // exp of scipy.stats.ttest_ind(log(new), log(base), equal_var=False, trim=0.15), scipy 1.17.1
    const std::vector<double> base{100, 104, 98,  110, 102, 99,  101, 150, 103, 97, 105,
                                   100, 102, 140, 96,  101, 108, 99,  100, 145, 95};
    const std::vector<double> other{93, 95, 91, 99, 96, 94, 92, 130, 97, 90, 95, 93, 94, 96, 92, 98, 91, 89, 99, 141};
    const RatioEstimate ratio = independent_ratio(base, other);
    CHECK(ratio.value == Approx(0.9268592740045536));
    CHECK(ratio.ci95.low == Approx(0.8957242225687284));
    CHECK(ratio.ci95.high == Approx(0.9590765686168907));
    CHECK(p_value_within(ratio, 0) == Approx(0.00010593556381495391));
    CHECK(ratio.degrees_of_freedom == Approx(25.816731928169556));

    // Twenty pairs by the same source's formula for one sample, in numpy: 3 at each end do not count.
    const std::vector<double> ratios{1.002, 0.926, 1.037, 1.078, 1.023, 0.995, 1.009, 1.074, 1.45,  1.012,
                                     0.7,   1.031, 1.018, 0.99,  1.041, 1.025, 0.984, 1.055, 1.007, 1.033};
    const RatioEstimate paired = paired_ratio_of(ratios);
    CHECK(paired.value == Approx(1.0197002491123737));
    CHECK(paired.ci95.low == Approx(1.0031890035342423));
    CHECK(paired.ci95.high == Approx(1.0364832492946532));
    CHECK(p_value_within(paired, 0) == Approx(0.02278224150157841));
    CHECK(paired.degrees_of_freedom == 13);
    // With one pair fewer all count, and the two extremes are worth an interval twice as wide.
    const RatioEstimate whole = paired_ratio_of(std::span(ratios).first(19));
    CHECK(whole.degrees_of_freedom == 18);
    CHECK(whole.ci95.high / whole.ci95.low > 1.08);
}

TEST_CASE("a launch in ten that is 45% slower does not hide a difference of 5%") {
    std::mt19937_64 random(11);
    std::normal_distribution<double> launch(0, 0.01);
    std::bernoulli_distribution is_slow(0.1);
    const auto drawn = [&](double middle) { return middle * std::exp(launch(random)) * (is_slow(random) ? 1.45 : 1); };
    const int runs = 1000;
    int found = 0;
    int alarms = 0;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> same(60);
        std::vector<double> slower(60);
        std::generate(same.begin(), same.end(), [&] { return drawn(1) / drawn(1); });
        std::generate(slower.begin(), slower.end(), [&] { return drawn(1.05) / drawn(1); });
        found += paired_ratio_of(slower).ci95.low > 1;
        alarms += p_value_within(paired_ratio_of(same), 0) <= 0.05;
    }
    CHECK(found > 0.9 * runs);
    CHECK(alarms < 0.05 * runs + 3 * std::sqrt(0.05 * 0.95 * runs));
}

TEST_CASE("swapping the two sets gives the reciprocal ratio and interval") {
    const RatioEstimate forwards = independent_ratio(base_launches, new_launches);
    const RatioEstimate backwards = independent_ratio(new_launches, base_launches);
    CHECK(backwards.value == Approx(1 / forwards.value));
    CHECK(backwards.ci95.low == Approx(1 / forwards.ci95.high));
    CHECK(backwards.ci95.high == Approx(1 / forwards.ci95.low));
}

TEST_CASE("the unit of the launches does not matter to a ratio") {
    const RatioEstimate in_milliseconds = independent_ratio(base_launches, new_launches);
    const RatioEstimate in_nanoseconds = independent_ratio(scaled(base_launches, 1e6), scaled(new_launches, 1e6));
    CHECK(in_nanoseconds.value == Approx(in_milliseconds.value));
    CHECK(in_nanoseconds.ci95.low == Approx(in_milliseconds.ci95.low));
    CHECK(in_nanoseconds.ci95.high == Approx(in_milliseconds.ci95.high));
}

TEST_CASE("launches without any spread give a ratio without width") {
    const RatioEstimate ratio = independent_ratio(std::vector<double>{10, 10, 10}, std::vector<double>{5, 5});
    CHECK(ratio.value == Approx(0.5));
    CHECK(ratio.ci95.low == Approx(0.5));
    CHECK(ratio.ci95.high == Approx(0.5));
}

TEST_CASE("spread on one side alone gives an interval with that side's degrees of freedom") {
    // exp(log(0.5) +- t(0.975, 2) * std(log([9, 10, 11])) / sqrt(3)) about the geometric means' ratio
    const std::vector<double> spread{9, 10, 11};
    const RatioEstimate ratio = independent_ratio(spread, std::vector<double>{5, 5, 5, 5});
    const RatioEstimate paired = paired_ratio_of(ratios_of(spread, {5, 5, 5}));
    CHECK(ratio.ci95.low == Approx(paired.ci95.low));
    CHECK(ratio.ci95.high == Approx(paired.ci95.high));
}

TEST_CASE("a disturbance of whole rounds widens the unpaired interval but not the paired one") {
    const std::vector<double> base{90, 120, 80, 150};
    const std::vector<double> other{37.8, 49.2, 33.2, 64.5};
    const RatioEstimate paired = paired_ratio_of(ratios_of(base, other));
    const RatioEstimate unpaired = independent_ratio(base, other);
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
        const Interval interval = independent_ratio(base, other).ci95;
        covered += interval.low <= 0.8 && 0.8 <= interval.high;
    }
    CHECK(covered >= 0.935 * runs);
    CHECK(covered <= 0.97 * runs);
}

TEST_CASE("a ratio that has no interval is refused") {
    const std::vector<double> one{1};
    CHECK_THROWS_AS(independent_ratio(one, new_launches), DataError);
    CHECK_THROWS_AS(independent_ratio(base_launches, {}), DataError);
    CHECK_THROWS_AS(paired_ratio_of(one), DataError);
}

TEST_CASE("a ratio of numbers that are no times is refused") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double wrong : {0.0, -1.0, infinity, std::nan("")}) {
        CHECK_THROWS_AS(independent_ratio(base_launches, std::vector<double>{93, wrong}), DataError);
        CHECK_THROWS_AS(paired_ratio_of(std::vector<double>{1.1, wrong}), DataError);
    }
}

TEST_CASE("the p-value is that of the same test as the interval") {
    // scipy 1.17.1: ttest_ind(log(new), log(base), equal_var=False).pvalue, ttest_1samp(log(ratios), 0).pvalue
    CHECK(p_value_within(independent_ratio(base_launches, new_launches), 0) == Approx(0.016436077142984246));
    const std::vector<double> ratios{1.002, 0.926, 1.037, 1.078, 1.023, 0.995, 1.009, 1.074};
    CHECK(p_value_within(paired_ratio_of(ratios), 0) == Approx(0.357189963607636));
    CHECK(paired_ratio_of(ratios).degrees_of_freedom == 7);
}

TEST_CASE("where nothing spreads, equal sides are the same and others are not") {
    const std::vector<double> ten{10, 10, 10};
    CHECK(p_value_within(independent_ratio(ten, ten), 0) == 1);
    CHECK(p_value_within(independent_ratio(ten, std::vector<double>{11, 11}), 0) == 0);
    CHECK(p_value_within(paired_ratio_of(std::vector<double>{1, 1}), 0) == 1);
    CHECK(p_value_within(paired_ratio_of(std::vector<double>{2, 2}), 0) == 0);
}

TEST_CASE("two identical sides are called different as often as the level says") {
    std::mt19937_64 random(3);
    std::normal_distribution<double> launch(0, 0.08);
    const int runs = 4000;
    int independent = 0;
    int paired = 0;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> base(6);
        std::vector<double> other(6);
        std::generate(base.begin(), base.end(), [&] { return std::exp(launch(random)); });
        std::generate(other.begin(), other.end(), [&] { return std::exp(launch(random)); });
        independent += p_value_within(independent_ratio(base, other), 0) <= 0.05;
        paired += p_value_within(paired_ratio_of(ratios_of(base, other)), 0) <= 0.05;
    }
    // Three deviations of the binomial about 5%.
    CHECK(std::abs(independent - 0.05 * runs) < 3 * std::sqrt(0.05 * 0.95 * runs));
    CHECK(std::abs(paired - 0.05 * runs) < 3 * std::sqrt(0.05 * 0.95 * runs));
}

TEST_CASE("a ratio is shown to lie beyond the tolerance where its interval does") {
    const std::vector<double> ratios{1.062, 1.055, 1.071, 1.049, 1.058, 1.066, 1.06, 1.053};
    const RatioEstimate ratio = paired_ratio_of(ratios);
    const double nearest = ratio.ci95.low - 1;
    CHECK(p_value_within(ratio, nearest) == Approx(0.025));
    CHECK(p_value_within(ratio, nearest + 0.001) > 0.03);
    CHECK(p_value_within(ratio, nearest - 0.001) < 0.02);
    CHECK(p_value_within(ratio, ratio.value - 1) == Approx(0.5));
    // A ratio as far on the other side of 1 is as improbable.
    const RatioEstimate faster = paired_ratio_of(ratios_of(ratios, std::vector<double>(8, 1)));
    CHECK(p_value_within(faster, 0.03) == Approx(p_value_within(ratio, 0.03)));
    CHECK(p_value_within(paired_ratio_of(std::vector<double>{0.9, 1 / 0.9}), 0.03) == 1);
}

TEST_CASE("a tolerance is passed by an exact ratio, not met") {
    CHECK(p_value_within(paired_ratio_of(std::vector<double>{1.031, 1.031}), 0.03) == 0);
    CHECK(p_value_within(paired_ratio_of(std::vector<double>{1.029, 1.029}), 0.03) == 1);
    CHECK(p_value_within(paired_ratio_of(std::vector<double>{0.97, 0.97}), 0.03) == 0);
}

TEST_CASE("a true ratio at the tolerance is said to lie beyond it as often as the level says, one within hardly ever") {
    std::mt19937_64 random(13);
    std::normal_distribution<double> launch(0, 0.01);
    const int runs = 4000;
    int at = 0;
    int within = 0;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> ratios(6);
        std::generate(ratios.begin(), ratios.end(), [&] { return std::exp(launch(random)); });
        at += p_value_within(paired_ratio_of(scaled(ratios, 1.03)), 0.03) <= verdict_level;
        within += p_value_within(paired_ratio_of(scaled(ratios, 1.015)), 0.03) <= verdict_level;
    }
    CHECK(std::abs(at - 0.025 * runs) < 3 * std::sqrt(0.025 * 0.975 * runs));
    CHECK(within < 0.005 * runs);
}

TEST_CASE("adjusted p-values are those of Benjamini and Hochberg, in the order given") {
    // scipy 1.17.1: false_discovery_control
    const std::vector<double> adjusted = adjusted_p_values(std::vector<double>{0.02, 0.001, 0.9, 0.03, 0.04});
    const std::vector<double> expected{0.05, 0.005, 0.9, 0.05, 0.05};
    REQUIRE(adjusted.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(adjusted[i] == Approx(expected[i]));
    }
    // One with a larger p-value behind it that is adjusted to less is adjusted to that.
    CHECK(adjusted_p_values(std::vector<double>{0.01, 0.04, 0.041})[1] == Approx(0.041));
    CHECK(adjusted_p_values({}).empty());
    CHECK(adjusted_p_values(std::vector<double>{0.04})[0] == Approx(0.04));
    CHECK_THROWS_AS(adjusted_p_values(std::vector<double>{1.1}), DataError);
    CHECK_THROWS_AS(adjusted_p_values(std::vector<double>{std::nan("")}), DataError);
}

TEST_CASE("of fifty comparisons without a difference one is alarming in one run of twenty") {
    std::mt19937_64 random(5);
    std::uniform_real_distribution<double> p_value(0, 1);
    const int runs = 2000;
    int alarms = 0;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> p_values(50);
        std::generate(p_values.begin(), p_values.end(), [&] { return p_value(random); });
        const std::vector<double> adjusted = adjusted_p_values(p_values);
        alarms += *std::min_element(adjusted.begin(), adjusted.end()) <= 0.05;
    }
    CHECK(std::abs(alarms - 0.05 * runs) < 3 * std::sqrt(0.05 * 0.95 * runs));
}

TEST_CASE("an effect as large as the smallest detectable one is found four times of five") {
    std::mt19937_64 random(9);
    const double error = 0.02;
    const int pairs = 10;
    const double effect = smallest_detectable_ratio(error, pairs - 1);
    std::normal_distribution<double> ratio(std::log(effect), error * std::sqrt(pairs));
    const int runs = 2000;
    int found = 0;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> ratios(pairs);
        std::generate(ratios.begin(), ratios.end(), [&] { return std::exp(ratio(random)); });
        found += paired_ratio_of(ratios).ci95.low > 1;
    }
    CHECK(found > 0.76 * runs);
    CHECK(found < 0.84 * runs);
}

/// What five launches of each side said of two that differ by `effect`, each launch's deviation being `deviation`.
RatioEstimate five_said(double effect, double deviation) {
    RatioEstimate ratio;
    ratio.value = std::exp(effect);
    ratio.standard_error = deviation / std::sqrt(5);
    ratio.degrees_of_freedom = 4;
    return ratio;
}

TEST_CASE(
    "the launches that would settle a verdict leave room for the next estimate and for a deviation underestimated") {
    // By hand, scipy 1.17.1: the deviation is sqrt(4 / chi2.ppf(0.2, 4)) = 1.557 times as large at the upper end, the
    // half width must be log(1.03) / 1.65, and t.ppf(0.975, n - 1) * 0.1557 / sqrt(n) is that from n = 293 on,
    // and a tenth more, since so many will be trimmed.
    CHECK(launches_to_settle(five_said(0, 0.1), 5, 0.03, 6) == 323);
    // Those that twenty launches said were trimmed already.
    CHECK(launches_to_settle(five_said(0, 0.1), 20, 0.03, 21) == 1165);
    // A tenth of the spread takes a hundredth of the launches, and some more for Student's t.
    CHECK(launches_to_settle(five_said(0, 0.01), 5, 0.03, 6) == 6);
}

TEST_CASE("an effect of less than its own error is taken for none") {
    const std::size_t for_none = launches_to_settle(five_said(0, 0.1), 5, 0.03, 6);
    CHECK(launches_to_settle(five_said(0.029, 0.1), 5, 0.03, 6) == for_none);
    CHECK(launches_to_settle(five_said(-0.029, 0.1), 5, 0.03, 6) == for_none);
    CHECK(launches_to_settle(five_said(0.01, 0.01), 5, 0.03, 6) > launches_to_settle(five_said(0, 0.01), 5, 0.03, 6));
}

TEST_CASE("an effect far beyond the tolerance takes few launches, one at the tolerance more than anybody has") {
    CHECK(launches_to_settle(five_said(0.3, 0.1), 5, 0.03, 6) == 7);
    // By hand as above, for a half width of (0.15 - 0.1 / sqrt(5) - log(1.03)) / 1.43: 36, and a tenth more.
    CHECK(launches_to_settle(five_said(0.15, 0.1), 5, 0.03, 6) == 40);
    CHECK(launches_to_settle(five_said(std::log(1.03) + 0.01 / std::sqrt(5), 0.01), 5, 0.03, 6) >
          most_launches_to_settle);
    CHECK(launches_to_settle(five_said(0, 5), 5, 0.03, 6) == most_launches_to_settle + 1);
    CHECK(launches_to_settle(five_said(0, 1e-9), 5, 0.03, 6) == 6);
    CHECK(launches_to_settle(five_said(0, 5), 3000, 0.03, 3001) == 3001);
    CHECK(launches_to_settle(five_said(0, 1e-9), 30, 0.03, 5) == 5);
}

}  // namespace
}  // namespace gravbench::stats
