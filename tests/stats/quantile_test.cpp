#include "stats/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "base/errors.h"
#include "catch.h"

namespace gravbench::stats {
namespace {

const std::vector<double> five_launches{79.0, 81.2, 86.4, 92.1, 99.7};

TEST_CASE("a quantile is the one that numpy gives by default") {
    // numpy.quantile([79.0, 99.7, 81.2, 86.4, 92.1], p), numpy 2.4.6
    CHECK(quantile(five_launches, 0.1) == Approx(79.88));
    CHECK(quantile(five_launches, 0.25) == Approx(81.2));
    CHECK(quantile(five_launches, 0.5) == Approx(86.4));
    CHECK(quantile(five_launches, 0.9) == Approx(96.66));
    CHECK(quantile(five_launches, 0.95) == Approx(98.18));
    CHECK(quantile(five_launches, 0.99) == Approx(99.396));
}

TEST_CASE("the quantiles 0 and 1 are exactly the smallest and the largest sample") {
    CHECK(quantile(five_launches, 0) == 79.0);
    CHECK(quantile(five_launches, 1) == 99.7);
}

TEST_CASE("every quantile of one sample is that sample") {
    const std::vector<double> one{7.5};
    for (const double probability : {0.0, 0.5, 0.999, 1.0}) {
        CHECK(quantile(one, probability) == 7.5);
    }
}

TEST_CASE("a higher probability never gives a lower quantile") {
    const std::vector<double> samples{1, 1, 1, 2, 2, 10, 10, 400};
    double previous = samples.front();
    for (int step = 0; step <= 1000; ++step) {
        const double current = quantile(samples, step / 1000.0);
        CHECK(current >= previous);
        previous = current;
    }
}

TEST_CASE("shifting the samples shifts the quantile by as much") {
    std::vector<double> shifted = five_launches;
    std::for_each(shifted.begin(), shifted.end(), [](double& sample) { sample += 1000; });
    for (const double probability : {0.1, 0.5, 0.9}) {
        CHECK(quantile(shifted, probability) == Approx(quantile(five_launches, probability) + 1000));
    }
}

TEST_CASE("a quantile without samples or of no probability is refused") {
    CHECK_THROWS_AS(quantile({}, 0.5), DataError);
    CHECK_THROWS_AS(quantile(five_launches, -0.01), DataError);
    CHECK_THROWS_AS(quantile(five_launches, 99), DataError);
    CHECK_THROWS_AS(quantile(five_launches, std::nan("")), DataError);
}

TEST_CASE("a percentile needs the samples that Wilks's rule asks for") {
    CHECK(samples_needed(0.5) == 5);
    CHECK(samples_needed(0.9) == 29);
    CHECK(samples_needed(0.95) == 59);
    CHECK(samples_needed(0.99) == 299);
    CHECK(samples_needed(0.999) == 2995);
}

TEST_CASE("the samples needed are the fewest whose largest bounds the quantile with 95% confidence") {
    for (const double probability : {0.5, 0.75, 0.9, 0.95, 0.99, 0.999}) {
        const auto needed = static_cast<double>(samples_needed(probability));
        CHECK(1 - std::pow(probability, needed) >= 0.95);
        CHECK(1 - std::pow(probability, needed - 1) < 0.95);
    }
}

TEST_CASE("a low percentile needs as many samples as the high one that mirrors it") {
    CHECK(samples_needed(0.1) == 29);
    CHECK(samples_needed(0.05) == 59);
}

TEST_CASE("no number of samples supports the ends of the distribution") {
    CHECK_THROWS_AS(samples_needed(0), DataError);
    CHECK_THROWS_AS(samples_needed(1), DataError);
    CHECK_THROWS_AS(samples_needed(std::numeric_limits<double>::quiet_NaN()), DataError);
}

const std::vector<double> ten{1.3, 2.2, 2.8, 3.1, 3.3, 4.4, 5.9, 6.1, 7.7, 9.7};

TEST_CASE("a launch's quantile is numpy's median-unbiased one") {
    // numpy 2.4.6: quantile(..., method="median_unbiased")
    CHECK(launch_quantile(ten, 0.1) == Approx(1.63));
    CHECK(launch_quantile(ten, 0.5) == Approx(3.85));
    CHECK(launch_quantile(ten, 0.9) == Approx(8.966666666666665));
    CHECK(launch_quantile(ten, 0.99) == Approx(9.7));
    CHECK(launch_quantile(std::vector<double>{4}, 0.9) == 4);
    CHECK_THROWS_AS(launch_quantile({}, 0.5), DataError);
    CHECK_THROWS_AS(launch_quantile(ten, 1.5), DataError);
}

TEST_CASE("a launch's quantile of unsorted samples is that of sorted ones, to the last digit") {
    std::mt19937_64 random(22);
    std::uniform_int_distribution<int> sample(1, 50);
    for (std::size_t count = 1; count <= 80; ++count) {
        std::vector<double> samples(count);
        std::generate(samples.begin(), samples.end(), [&] { return sample(random) / 7.0; });
        std::vector<double> sorted = samples;
        std::sort(sorted.begin(), sorted.end());
        for (const double probability : {0.0, 0.1, 0.5, 0.9, 0.99, 1.0}) {
            std::vector<double> unsorted = samples;
            CHECK(launch_quantile_of_unsorted(unsorted, probability) == launch_quantile(sorted, probability));
        }
    }
    std::vector<double> none;
    std::vector<double> two{1, 2};
    CHECK_THROWS_AS(launch_quantile_of_unsorted(none, 0.5), DataError);
    CHECK_THROWS_AS(launch_quantile_of_unsorted(two, 1.5), DataError);
}

TEST_CASE("a launch's quantile ends at the outermost sample only with fewer samples than it needs") {
    CHECK(launch_samples_needed(0.5) == 1);
    CHECK(launch_samples_needed(0.9) == 7);
    CHECK(launch_samples_needed(0.1) == 7);
    CHECK(launch_samples_needed(0.95) == 13);
    CHECK(launch_samples_needed(0.99) == 67);
    CHECK(launch_samples_needed(0.999) == 667);
    for (const double probability : {0.9, 0.95, 0.99, 0.999}) {
        std::vector<double> samples(launch_samples_needed(probability));
        std::iota(samples.begin(), samples.end(), 1.0);
        CHECK(launch_quantile(samples, probability) <= samples.back());
        samples.pop_back();
        // Clamped: the rank that is asked for lies beyond the last.
        CHECK(launch_quantile(samples, probability) == samples.back());
    }
    CHECK_THROWS_AS(launch_samples_needed(1), DataError);
}

TEST_CASE("a launch's quantile of few samples is too low half of the time, numpy's default more often") {
    std::mt19937_64 random(21);
    std::uniform_real_distribution<double> sample(0, 1);
    int too_low = 0;
    int default_too_low = 0;
    const int runs = 4000;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> samples(30);
        std::generate(samples.begin(), samples.end(), [&] { return sample(random); });
        std::sort(samples.begin(), samples.end());
        too_low += launch_quantile(samples, 0.9) < 0.9;
        default_too_low += quantile(samples, 0.9) < 0.9;
    }
    CHECK(std::abs(too_low - 0.5 * runs) < 0.025 * runs);
    CHECK(default_too_low > 0.56 * runs);
}

TEST_CASE("the interval of a quantile is between two order statistics of the binomial") {
    // P(B < 2) = 0.0107 for ten samples' median, P(B < 3) = 0.0547: ranks 2 and 9
    const auto median = order_statistics_interval(ten, 0.5);
    REQUIRE(median.has_value());
    CHECK(median->low == 2.2);
    CHECK(median->high == 7.7);
    CHECK_FALSE(order_statistics_interval(ten, 0.9).has_value());
    CHECK_FALSE(order_statistics_interval({}, 0.5).has_value());
    CHECK_FALSE(order_statistics_interval(std::vector<double>{1, 2, 3, 4, 5}, 0.5).has_value());
    CHECK(order_statistics_interval(std::vector<double>{1, 2, 3, 4, 5, 6}, 0.5)->high == 6);
    CHECK_THROWS_AS(order_statistics_interval(ten, 1), DataError);
}

TEST_CASE("the interval of a quantile holds the true one at least as often as it claims", "[rates]") {
    std::mt19937_64 random(22);
    std::exponential_distribution<double> sample(1);
    const double truth = std::log(10.0);  // the distribution's p90
    int covered = 0;
    const int runs = 2000;
    for (int run = 0; run < runs; ++run) {
        std::vector<double> samples(100);
        std::generate(samples.begin(), samples.end(), [&] { return sample(random); });
        std::sort(samples.begin(), samples.end());
        const auto interval = order_statistics_interval(samples, 0.9);
        covered += interval && interval->low <= truth && truth <= interval->high;
    }
    CHECK(covered > 0.945 * runs);
    CHECK(covered < 0.985 * runs);
}

}  // namespace
}  // namespace gravbench::stats
