#include "stats/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>
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

}  // namespace
}  // namespace gravbench::stats
