#include "results/latency.h"

#include <random>

#include "catch.h"
#include "results/outcome_builder.h"

namespace gravbench::results {
namespace {

const std::vector<LaunchRecord> three{launch({1.0, 1.2, 1.1, 1.5, 1.3}), launch({2.0, 2.1, 2.4, 2.2, 2.3, 9.0}),
                                      launch({1.6, 1.7, 1.8, 1.9, 1.65})};

TEST_CASE("moments are those that numpy gives of all samples, the median is that of a typical launch") {
    // numpy 2.4.6: mean, std(ddof=1), min, max; the geometric mean of the launches' medians
    const Json json = latency(three);
    CHECK(json["mean"].get<double>() == Approx(2.171875));
    CHECK(json["stddev"].get<double>() == Approx(1.8697565572376884));
    CHECK(json["min"].get<double>() == Approx(1.0));
    CHECK(json["max"].get<double>() == Approx(9.0));
    CHECK(json["p50"].get<double>() == Approx(1.6618974770263393));
    CHECK(json["samples"] == Json(16));
    CHECK(json["launches"] == Json(3));
}

TEST_CASE("of few launches intervals are Student's over the logarithms of their figures") {
    // scipy 1.17.1: exp of t.interval(0.95, 2, mean, sem) of the logarithms of the launches' medians and means
    const Json json = latency(three);
    CHECK(json["p50_ci95"][0].get<double>() == Approx(0.7600760984086885));
    CHECK(json["p50_ci95"][1].get<double>() == Approx(3.6337193472191682));
    CHECK(json["mean_ci95"][0].get<double>() == Approx(0.5393847872039846));
    CHECK(json["mean_ci95"][1].get<double>() == Approx(6.8070314831984655));
}

TEST_CASE("a tail is that of all launches together, at the speed of the typical one") {
    // numpy 2.4.6 and scipy 1.17.1, by tests/stats/typical_quantile_test.cpp's method
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 30; ++i) {
        a.push_back(i * 37 % 101 * 1e-3 + 0.5);
    }
    for (int i = 0; i < 40; ++i) {
        b.push_back(i * 53 % 97 * 1e-3 + 0.6);
    }
    const Json json = latency({launch(a), launch(b)});
    CHECK(json["p50"].get<double>() == Approx(0.5950266800740954));
    CHECK(json["p90"].get<double>() == Approx(0.6342199310379643));
    CHECK(json["p95"].get<double>() == Approx(0.6372970738236634));
    CHECK(json["p50_ci95"][1].get<double>() == Approx(1.6742695964733776));
}

TEST_CASE("blocks of one launch are one launch's samples") {
    LaunchRecord blocks = launch({1, 2, 3});
    blocks.blocks.push_back(block({4, 5, 6}));
    LaunchRecord whole = launch({6, 5, 4, 3, 2, 1});
    for (const char* name : {"mean", "stddev", "p50", "min", "max", "samples"}) {
        INFO(name);
        CHECK(latency({blocks, blocks})[name] == latency({whole, whole})[name]);
    }
}

TEST_CASE("a percentile that one launch alone does not support is null, however many samples there are") {
    const Json json = latency({launch(std::vector<double>(400, 1.0)), launch(std::vector<double>(20, 1.0))});
    CHECK(json["p90"] == Json(1.0));
    CHECK(json["p99"].is_null());
    CHECK(json["p99_ci95"].is_null());
    CHECK(json["reasons"]["p99"] == Json("needs at least 67 samples of each launch, one has 20"));
}

TEST_CASE("a percentile that the samples do not support is null with the reason") {
    const Json few = latency({launch({1, 2, 3, 4})});
    CHECK(few["p50"].is_null());
    CHECK(few["reasons"]["p50"] == Json("needs at least 5 samples, there are 4"));
    const Json json = latency({launch(std::vector<double>(58, 1.0))});
    CHECK(json["p90"] == Json(1.0));
    CHECK_FALSE(json["reasons"].contains("p90"));
    CHECK(json["p95"].is_null());
    CHECK(json["reasons"]["p95"] == Json("needs at least 59 samples, there are 58"));
    CHECK(json["p99_9"].is_null());
    const Json many = latency({launch(std::vector<double>(2995, 1.0))});
    for (const Percentile& percentile : percentiles()) {
        INFO(percentile.name);
        CHECK(many[percentile.name] == Json(1.0));
    }
}

TEST_CASE("one launch has no interval, with the reason") {
    const Json json = latency({launch()});
    for (const char* name : {"p50_ci95", "mean_ci95"}) {
        CHECK(json[name].is_null());
        CHECK(json["reasons"][name] == Json("an interval needs at least 2 launches"));
    }
    CHECK(throughput({launch()}, 1)["ci95"].is_null());
    CHECK(latency({launch(), launch()})["p50_ci95"][0].get<double>() == Approx(10.0));
    CHECK(latency({launch(), launch()})["p50_ci95"][1].get<double>() == Approx(10.0));
}

TEST_CASE("the figure of all samples always lies within its interval") {
    std::mt19937_64 random(11);
    std::uniform_int_distribution<int> count(5, 40);
    std::uniform_int_distribution<int> launch_count(2, 6);
    for (int run = 0; run < 300; ++run) {
        std::vector<LaunchRecord> all;
        for (int i = launch_count(random); i > 0; --i) {
            // Launches of unlike sizes and levels pull the pooled figure away from the launches' mean.
            std::lognormal_distribution<double> sample(i % 3, 0.4);
            std::vector<double> samples(static_cast<std::size_t>(count(random)) * (i % 2 == 0 ? 1 : 20));
            std::generate(samples.begin(), samples.end(), [&] { return sample(random); });
            all.push_back(launch(samples));
            all.back().blocks[0].wall_ns *= i;
        }
        const Json json = latency(all);
        REQUIRE(json["p50_ci95"][0].get<double>() <= json["p50"].get<double>());
        REQUIRE(json["p50_ci95"][1].get<double>() >= json["p50"].get<double>());
        REQUIRE(json["mean_ci95"][0].get<double>() <= json["mean"].get<double>());
        REQUIRE(json["mean_ci95"][1].get<double>() >= json["mean"].get<double>());
        const Json rate = throughput(all, 4);
        REQUIRE(rate["ci95"][0].get<double>() <= rate["value"].get<double>());
        REQUIRE(rate["ci95"][1].get<double>() >= rate["value"].get<double>());
    }
}

TEST_CASE("throughput is items over wall time, of all blocks together") {
    LaunchRecord first = launch({1.0, 1.2, 1.1, 1.5, 1.3});
    LaunchRecord second = launch({2.0, 2.1, 2.4, 2.2, 2.3, 9.0});
    LaunchRecord third = launch({1.6, 1.7, 1.8, 1.9, 1.65});
    first.blocks[0].wall_ns = 6200000;
    second.blocks[0].wall_ns = 20100000;
    third.blocks[0].wall_ns = 8700000;
    const Json json = throughput({first, second, third}, 8);
    CHECK(json["value"].get<double>() == Approx(16 * 8 / 0.035));
    // scipy 1.17.1: exp of t.interval(0.95, 2, mean, sem) of the logarithms of the launches' rates
    CHECK(json["ci95"][0].get<double>() == Approx(1179.4258494077242));
    CHECK(json["ci95"][1].get<double>() == Approx(14515.505735552191));
    CHECK(throughput({first}, 1)["value"].get<double>() == Approx(5 / 0.0062));
}

TEST_CASE("cold-start figures are medians over the launches that have them, in milliseconds") {
    std::vector<LaunchRecord> all{launch(), launch(), launch(), launch()};
    all[0].cold_start = ColdStart{1000000, 2000000, 3000000, 4000000, 5000000};
    all[1].cold_start = ColdStart{2000000, 3000000, 4000000, 5000000, 6000000};
    all[2].cold_start = ColdStart{9000000, 9500000, 9000000, 9000000, 9000000};
    all[3].cold_start.reset();
    CHECK(cold_start(all).dump() ==
          R"({"start":2.0,"load":3.0,"prepare":4.0,"first_inference":5.0,"second_inference":6.0})");
    CHECK(cold_start({all[3]})["load"].is_null());
}

}  // namespace
}  // namespace gravbench::results
