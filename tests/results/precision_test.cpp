#include "results/precision.h"

#include <algorithm>

#include "catch.h"
#include "results/outcome_builder.h"

namespace gravbench::results {
namespace {

const std::vector<double> spread{50, 54, 47, 52, 49};

TEST_CASE("half of an interval shrinks with launches that agree, and needs two of them") {
    const auto wide = half_width(with_medians(spread), "p50");
    const auto narrow = half_width(with_medians({50, 50.4, 49.7, 50.2, 49.9}), "p50");
    REQUIRE(wide);
    REQUIRE(narrow);
    CHECK(*wide > 5 * *narrow);
    CHECK_FALSE(half_width(with_medians({50}), "p50"));
}

TEST_CASE("a percentile that the samples do not support has no interval, so that launching does not stop for it") {
    plan::RunOptions options;
    options.metric = "p99";
    CHECK_FALSE(half_width(with_medians(spread), "p99"));
    CHECK_FALSE(is_precise(with_medians(spread), options));
}

TEST_CASE("launching stops as soon as the interval is as narrow as was wanted") {
    const auto launches = with_medians(spread);
    const double reached = *half_width(launches, "p50");
    plan::RunOptions options;
    options.precision = reached * 1.01;
    CHECK(is_precise(launches, options));
    options.precision = reached * 0.99;
    CHECK_FALSE(is_precise(launches, options));
}

TEST_CASE("a ratio is of launches of one number: what both sides share cancels") {
    std::vector<double> slower;
    for (const double figure : spread) {
        slower.push_back(figure * 1.1);
    }
    const auto base = with_medians(spread);
    auto other = with_medians(slower);
    // Samples are kept in whole nanoseconds.
    CHECK(*ratio_half_width(base, other, "p50") < 1e-6);
    std::rotate(other.begin(), other.begin() + 1, other.end());
    CHECK(*ratio_half_width(base, other, "p50") < 1e-6);
    for (std::size_t i = 0; i < other.size(); ++i) {
        other[i].number = static_cast<int>(i);
    }
    CHECK(*ratio_half_width(base, other, "p50") > 0.05);
    for (LaunchRecord& launch : other) {
        launch.number += 100;
    }
    CHECK_FALSE(ratio_half_width(base, other, "p50"));
}

TEST_CASE("two variants may stop when their ratio is known to half of the tolerance") {
    plan::RunOptions options;
    options.versus = plan::RunOptions::same_settings;
    const auto base = with_medians(spread);
    const auto other = with_medians({50, 54.9, 47, 52.8, 49.5});
    const double reached = *ratio_half_width(base, other, "p50");
    options.tolerance = 2.02 * reached;
    CHECK(is_ratio_precise(base, other, options));
    options.tolerance = 1.98 * reached;
    CHECK_FALSE(is_ratio_precise(base, other, options));
}

TEST_CASE("the document says what was reached, where the spread comes from, and the cheapest design") {
    plan::RunOptions options;
    options.precision = 0.02;
    const Json precision = precision_json(with_medians(spread), options);
    CHECK(precision["metric"] == Json("p50"));
    CHECK(precision["wanted"] == Json(0.02));
    CHECK(precision["reached"].get<double>() == *half_width(with_medians(spread), "p50"));
    const double between = precision["deviation"]["between_launches"].get<double>();
    CHECK(between > 0.04);
    CHECK(between < 0.06);
    CHECK(precision["deviation"]["within_blocks"].get<double>() < 0.03);
    CHECK(precision["design"]["launches"].get<int>() >= 20);
    CHECK(precision["design"]["seconds"].get<double>() > 20);
    CHECK(precision_json(with_medians({50}), options).is_null());
    CHECK(precision_json(with_medians(spread), fixed_launches())["wanted"].is_null());
}

TEST_CASE("a launch that failed counts for nothing") {
    auto launches = with_medians(spread);
    const auto reached = half_width(launches, "p50");
    launches.push_back(failed_launch("engine_crashed", 9));
    CHECK(half_width(launches, "p50") == reached);
}

}  // namespace
}  // namespace gravbench::results
