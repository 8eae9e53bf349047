#include "stats/steady.h"

#include <cmath>
#include <random>
#include <vector>

#include "catch.h"

namespace gravbench::stats {
namespace {

/// Warm-up that decays to a level within `length` samples, then noise about it.
std::vector<double> warming_up(std::size_t length, std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> noise(0, 0.02);
    std::vector<double> samples;
    for (std::size_t i = 0; i < count; ++i) {
        const double warm = i < length ? 3.0 * static_cast<double>(length - i) / static_cast<double>(length) : 0;
        samples.push_back(10 * (1 + warm) * std::exp(noise(random)));
    }
    return samples;
}

TEST_CASE("warm-up ends where the samples have become steady") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const SteadyState found = find_steady_state(warming_up(30, 200, seed));
        CHECK(found.is_steady);
        CHECK(found.begin >= 25);
        CHECK(found.begin <= 75);
    }
}

TEST_CASE("samples that are steady from the start lose little") {
    int early = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const SteadyState found = find_steady_state(warming_up(0, 200, seed));
        early += found.is_steady && found.begin <= 50;
    }
    CHECK(early >= 40);
}

TEST_CASE("samples that are still warming up are not steady") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        CHECK_FALSE(find_steady_state(warming_up(100, 100, seed)).is_steady);
    }
}

TEST_CASE("few samples are looked at one by one") {
    CHECK_FALSE(find_steady_state(std::vector<double>{10, 10}).is_steady);
    const SteadyState four = find_steady_state(std::vector<double>{130, 50, 17, 17.1});
    CHECK(four.begin == 2);
    CHECK(four.is_steady);
    CHECK(find_steady_state(std::vector<double>(8, 5.0)).begin == 0);
}

TEST_CASE("a late spike is not taken for the end of warm-up") {
    std::vector<double> samples = warming_up(20, 200, 3);
    samples[120] = 500;
    const SteadyState found = find_steady_state(samples);
    CHECK(found.is_steady);
    CHECK(found.begin <= 75);
}

TEST_CASE("the unit of the samples does not matter") {
    std::vector<double> samples = warming_up(30, 200, 5);
    const std::size_t begin = find_steady_state(samples).begin;
    for (double& sample : samples) {
        sample *= 1e6;
    }
    CHECK(find_steady_state(samples).begin == begin);
}

}  // namespace
}  // namespace gravbench::stats
