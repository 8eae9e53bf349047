#include "figures/precision.h"

#include <algorithm>

#include "catch.h"
#include "figures/launch_builder.h"

namespace gravbench::figures {
namespace {

using test::with_medians;

const std::vector<double> spread{50, 54, 47, 52, 49};

TEST_CASE("half of an interval shrinks with launches that agree, and needs two of them") {
    const auto wide = half_width(with_medians(spread), "p50");
    const auto narrow = half_width(with_medians({50, 50.4, 49.7, 50.2, 49.9}), "p50");
    REQUIRE(wide);
    REQUIRE(narrow);
    CHECK(*wide > 5 * *narrow);
    CHECK_FALSE(half_width(with_medians({50}), "p50"));
    CHECK_FALSE(half_width(Launches(), "p50"));
}

TEST_CASE("figures that were made before give the same half of an interval as the launches themselves") {
    const Launches launches = with_medians(spread);
    CHECK(half_width(launch_figures(launches, "p50").value()) == half_width(launches, "p50"));
    CHECK_FALSE(half_width(launch_figures({launches[0]}, "p50").value()));
}

TEST_CASE(
    "what is missing has no interval: a percentile without samples, a figure that is not known to a factor of ten") {
    CHECK_FALSE(half_width(with_medians(spread), "p99"));
    CHECK_FALSE(half_width(with_medians({0.03, 6}), "p50"));
}

TEST_CASE("a ratio is of launches of one number: what both sides share cancels") {
    std::vector<double> slower;
    for (const double figure : spread) {
        slower.push_back(figure * 1.1);
    }
    const Launches base = with_medians(spread);
    Launches other = with_medians(slower);
    // Samples are kept in whole nanoseconds.
    CHECK(*ratio_half_width(base, other, "p50") < 1e-6);
    std::rotate(other.begin(), other.begin() + 1, other.end());
    CHECK(*ratio_half_width(base, other, "p50") < 1e-6);
    for (std::size_t i = 0; i < other.size(); ++i) {
        other[i].number = static_cast<int>(i);
    }
    CHECK(*ratio_half_width(base, other, "p50") > 0.05);
    for (records::Launch& launch : other) {
        launch.number += 100;
    }
    CHECK_FALSE(ratio_half_width(base, other, "p50"));
}

TEST_CASE("precision says what was reached, where the spread comes from, and the cheapest design") {
    const Precision known = precision(with_medians(spread), "p50", 0.02).value();
    CHECK(known.metric == "p50");
    CHECK(known.wanted == 0.02);
    CHECK(known.reached == half_width(with_medians(spread), "p50"));
    CHECK(known.between_launches > 0.04);
    CHECK(known.between_launches < 0.06);
    CHECK(known.within_blocks < 0.03);
    REQUIRE(known.design);
    CHECK(known.design->launches >= 20);
    CHECK(known.design->seconds > 20);
    CHECK_FALSE(precision(with_medians({50}), "p50", 0.02));
}

TEST_CASE("nothing is wanted where the number of launches was given, and a design is made all the same") {
    const Precision fixed = precision(with_medians(spread), "p50", std::nullopt).value();
    CHECK_FALSE(fixed.wanted);
    CHECK(fixed.design);
}

TEST_CASE("a design that would take longer than a hundred hours is no advice") {
    // Each launch takes 2 s, of which a hundred hours are 180,000.
    const Launches apart = with_medians({0.03, 8, 0.04, 7});
    const Precision hopeless = precision(apart, "p50", 0.001).value();
    CHECK_FALSE(hopeless.design);
    CHECK(hopeless.between_launches > 2);
    CHECK(precision(with_medians(spread), "p50", 0.001).value().design);
}

}  // namespace
}  // namespace gravbench::figures
