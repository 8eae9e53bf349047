#include "doctor/measurement.h"

#include "catch.h"

namespace gravbench::doctor {
namespace {

TEST_CASE("equal times have no variation, no gap and no slowdown") {
    const auto noise = noise_of({{5e6, 5e6, 5e6}, {5e6, 5e6, 5e6, 5e6}}, 5e6);
    REQUIRE(noise);
    CHECK(noise->threads == 2);
    CHECK(noise->repetitions == 7);
    CHECK(noise->variation == 0);
    CHECK(noise->longest_gap_ms == 0);
    CHECK(noise->slowdown == Approx(1));
}

TEST_CASE("whoever stops the measurement of noise does not wait for it") {
    CHECK_FALSE(measure_noise(2, std::chrono::hours(1), [] { return true; }));
}

TEST_CASE("an interruption is the longest gap and does not move the variation") {
    const auto noise = noise_of({{5e6, 5e6, 25e6, 5e6, 5e6}}, 5e6);
    REQUIRE(noise);
    CHECK(noise->variation == 0);
    CHECK(noise->longest_gap_ms == Approx(20));
    CHECK(noise->slowdown == Approx(1.8));
}

TEST_CASE("a competitor that takes every second slice is slowdown without variation") {
    const auto noise = noise_of({{10e6, 10e6, 10e6}}, 5e6);
    REQUIRE(noise);
    CHECK(noise->variation == 0);
    CHECK(noise->slowdown == Approx(2));
}

TEST_CASE("threads on unlike cores are each compared with themselves") {
    const auto noise = noise_of({{4e6, 4e6, 4e6}, {8e6, 8e6, 8e6}}, 4e6);
    REQUIRE(noise);
    CHECK(noise->variation == 0);
}

TEST_CASE("the variation is the median deviation from the median") {
    const auto noise = noise_of({{90, 95, 100, 105, 110}}, 100);
    REQUIRE(noise);
    CHECK(noise->variation == Approx(1.4826 * 0.05));
}

TEST_CASE("too few times say nothing") {
    CHECK_FALSE(noise_of({}, 1));
    CHECK_FALSE(noise_of({{1, 2}}, 1));
    CHECK_FALSE(noise_of({{1, 2, 3}, {}}, 1));
}

TEST_CASE("the real clock advances and costs something") {
    const Timer timer = measure_timer();
    CHECK(timer.cost_ns > 0);
    CHECK(timer.resolution_ns >= 1);
}

TEST_CASE("the real machine works in as many threads as asked") {
    const auto noise = measure_noise(2, std::chrono::milliseconds(1));
    REQUIRE(noise);
    CHECK(noise->threads == 2);
    CHECK(noise->repetitions >= 10);
    CHECK(noise->slowdown > 0);
}

}  // namespace
}  // namespace gravbench::doctor
