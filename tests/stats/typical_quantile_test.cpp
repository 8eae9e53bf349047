#include "stats/typical_quantile.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/errors.h"
#include "catch.h"
#include "stats/quantile.h"

namespace gravbench::stats {
namespace {

/// Launches with blocks of unlike number and size, in ms.
Samples launches_of_unlike_blocks(std::size_t count) {
    const std::vector<std::vector<int>> sizes{{30, 30}, {40, 25}, {33}, {20, 30, 25}, {28, 31}, {26, 44}};
    Samples launches;
    for (std::size_t launch = 0; launch < count; ++launch) {
        auto& blocks = launches.emplace_back();
        for (std::size_t block = 0; block < sizes[launch].size(); ++block) {
            auto& samples = blocks.emplace_back();
            for (int i = 0; i < sizes[launch][block]; ++i) {
                const auto jumbled = (i * 37 + static_cast<int>(launch) * 11 + static_cast<int>(block) * 5) % 101;
                samples.push_back(0.5 + 0.1 * static_cast<double>(launch) + 0.02 * static_cast<double>(block) +
                                  jumbled * 1e-3);
            }
        }
    }
    return launches;
}

Samples four_launches() {
    return launches_of_unlike_blocks(4);
}

Estimate typical(const Samples& launches, double probability) {
    return typical_quantiles(launches, std::vector<double>{probability}).front();
}

TEST_CASE("a typical launch's quantiles and their intervals are those of an independent computation") {
    // By hand with numpy 2.4.6 (quantile by median_unbiased, polyfit) and scipy 1.17.1. Each launch is slower than the
    // one before it: of six that is a trend, which does not widen the interval.
    struct {
        std::size_t launches;
        double probability, value, low, high;
    } const expected[] = {{4, 0.5, 0.7003309073363821, 0.51817708251279, 0.9465169269783255},
                          {4, 0.9, 0.7436457080103427, 0.5606655490829353, 0.9863437123018257},
                          {4, 0.95, 0.7571835361496252, 0.5826695810879277, 0.9839657432357586},
                          {4, 0.99, 0.774878587295669, 0.5861346354382136, 1.0244008607347106},
                          {6, 0.5, 0.7914151123358594, 0.7690836721803137, 0.8143949776725129},
                          {6, 0.9, 0.8352235021902347, 0.8114991973840244, 0.8596413907243801},
                          {6, 0.95, 0.8456686730562656, 0.8207862351306727, 0.8713054312794234},
                          {6, 0.99, 0.8699767816942072, 0.8542165432446677, 0.8860277954956767}};
    for (const auto& [launches, probability, value, low, high] : expected) {
        INFO(launches << " launches, " << probability);
        const Estimate quantile = typical(launches_of_unlike_blocks(launches), probability);
        CHECK(quantile.value == Approx(value).epsilon(1e-9));
        CHECK(quantile.ci95->low == Approx(low).epsilon(1e-9));
        CHECK(quantile.ci95->high == Approx(high).epsilon(1e-9));
    }
}

TEST_CASE("several quantiles come in the order that they were asked for in") {
    const auto quantiles = typical_quantiles(four_launches(), std::vector<double>{0.99, 0.9});
    REQUIRE(quantiles.size() == 2);
    CHECK(quantiles[0].value == typical(four_launches(), 0.99).value);
    CHECK(quantiles[1].value == typical(four_launches(), 0.9).value);
}

TEST_CASE("of one launch in one block it is the launch's own quantile, without an interval") {
    std::vector<double> samples;
    for (int i = 0; i < 60; ++i) {
        samples.push_back(50 + i * 37 % 101);
    }
    const Estimate quantile = typical({{samples}}, 0.9);
    std::sort(samples.begin(), samples.end());
    // Between two samples it interpolates their logarithms.
    CHECK(quantile.value == Approx(launch_quantile(samples, 0.9)).epsilon(1e-3));
    CHECK_FALSE(quantile.ci95.has_value());
}

TEST_CASE("launches that only differ in speed have the same tail as each of them") {
    Samples launches;
    for (const double speed : {1.0, 1.3, 0.8}) {
        auto& samples = launches.emplace_back().emplace_back();
        for (int i = 1; i <= 200; ++i) {
            samples.push_back(speed * std::exp(i * 71 % 200 * 1e-3));
        }
    }
    const double speed = std::cbrt(1.0 * 1.3 * 0.8);
    const Estimate quantile = typical(launches, 0.95);
    CHECK(quantile.value / speed == Approx(std::exp(0.95 * 199 * 1e-3)).epsilon(1e-3));
    CHECK(quantile.ci95->low < quantile.value);
    CHECK(quantile.ci95->high > quantile.value);
}

TEST_CASE("neither the order of launches nor the unit matters") {
    const Estimate quantile = typical(four_launches(), 0.95);
    Samples turned = four_launches();
    std::reverse(turned.begin(), turned.end());
    CHECK(typical(turned, 0.95).value == Approx(quantile.value));
    CHECK(typical(turned, 0.95).ci95->high == Approx(quantile.ci95->high));
    for (auto& launch : turned) {
        for (auto& block : launch) {
            std::for_each(block.begin(), block.end(), [](double& sample) { sample *= 1e6; });
        }
    }
    CHECK(typical(turned, 0.95).ci95->low == Approx(quantile.ci95->low * 1e6));
}

TEST_CASE("equal samples have their value for every quantile, and an interval without width") {
    const Samples equal(3, {std::vector<double>(80, 7.0), std::vector<double>(80, 7.0)});
    for (const double probability : {0.5, 0.9, 0.99}) {
        const Estimate quantile = typical(equal, probability);
        CHECK(quantile.value == Approx(7));
        CHECK(quantile.ci95->low == Approx(7));
        CHECK(quantile.ci95->high == Approx(7));
    }
}

TEST_CASE("a tail that short launches with unlike blocks each show too low is seen by all of them together",
          "[rates]") {
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal(0, 1);
    constexpr double p99_of_normal = 2.3263478740408408;
    int held = 0;
    double own = 0;
    double together = 0;
    constexpr int runs = 200;
    for (int run = 0; run < runs; ++run) {
        Samples launches(12);
        double mean_of_own = 0;
        for (auto& launch : launches) {
            std::vector<double> all;
            for (int block = 0; block < 3; ++block) {
                const double of_block = 0.01 * normal(random);
                auto& samples = launch.emplace_back();
                for (int i = 0; i < 60; ++i) {
                    samples.push_back(std::exp(of_block + 0.03 * normal(random)));
                }
                all.insert(all.end(), samples.begin(), samples.end());
            }
            std::sort(all.begin(), all.end());
            mean_of_own += std::log(launch_quantile(all, 0.99)) / 12;
        }
        const Estimate quantile = typical(launches, 0.99);
        const double truth = std::hypot(0.01, 0.03) * p99_of_normal;
        own += (mean_of_own - truth) / runs;
        together += (std::log(quantile.value) - truth) / runs;
        held += quantile.ci95->low <= std::exp(truth) && std::exp(truth) <= quantile.ci95->high;
    }
    INFO("off by " << own << " each, by " << together << " together; held " << held);
    CHECK(std::abs(together) < std::abs(own) / 4);
    CHECK(held >= 0.91 * runs);
    CHECK(held <= 0.99 * runs);
}

TEST_CASE("what is no launch with samples above 0 is refused") {
    CHECK_THROWS_AS(typical({}, 0.9), DataError);
    CHECK_THROWS_AS(typical({{{1, 2, 3}}, {}}, 0.9), DataError);
    CHECK_THROWS_AS(typical({{{1, 2, 0}}}, 0.9), DataError);
    CHECK_THROWS_AS(typical({{{1, 2, 3}}}, 1.5), DataError);
}

}  // namespace
}  // namespace gravbench::stats
