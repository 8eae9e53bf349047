#include "figures/latency.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/errors.h"
#include "catch.h"
#include "figures/launch_builder.h"

namespace gravbench::figures {
namespace {

using records::Launch;
using test::block;
using test::launch;
using test::with_medians;

const Launches three{launch({1.0, 1.2, 1.1, 1.5, 1.3}), launch({2.0, 2.1, 2.4, 2.2, 2.3, 9.0}),
                     launch({1.6, 1.7, 1.8, 1.9, 1.65})};

/// Launches of so many equal samples.
Launches of_sizes(const std::vector<std::size_t>& sizes) {
    Launches launches;
    for (const std::size_t size : sizes) {
        launches.push_back(launch(std::vector<double>(size, 1.0)));
    }
    return launches;
}

TEST_CASE("moments are those that numpy gives of all samples, the median is that of a typical launch") {
    // numpy 2.4.6: mean, std(ddof=1), min, max; the geometric mean of the launches' medians
    const Latency all = latency(three);
    CHECK(all.mean.value.value() == Approx(2.171875));
    CHECK(all.stddev == Approx(1.8697565572376884));
    CHECK(all.min == Approx(1.0));
    CHECK(all.max == Approx(9.0));
    CHECK(all.at("p50").value.value() == Approx(1.6618974770263393));
    CHECK(all.samples == 16);
    CHECK(all.launches == 3);
}

TEST_CASE("of few launches the interval of the median is Student's over the logarithms of theirs") {
    // scipy 1.17.1: exp of t.interval(0.95, 2, mean, sem) of the logarithms of the launches' medians
    const Figure p50 = latency(three).at("p50");
    CHECK(p50.ci95.value().low == Approx(0.7600760984086885));
    CHECK(p50.ci95.value().high == Approx(3.6337193472191682));
}

TEST_CASE("the interval of the mean is the jackknife's on the logarithm of the mean of all samples") {
    // numpy 2.4.6: pseudo-values 3 log(mean) - 2 log(mean without one launch), their standard error times t(0.975, 2),
    // which is 0.95 sqrt(2 / (4 * 0.975 * 0.025))
    const Figure mean = latency(three).mean;
    CHECK(mean.ci95.value().low == Approx(0.4773488862935661));
    CHECK(mean.ci95.value().high == Approx(9.881747189673035));
}

TEST_CASE("a straight trend over five launches and more does not widen the interval of the mean") {
    // numpy 2.4.6: the same by the residuals of polyfit(pseudo-values, 1), 4 degrees of freedom, t = 2.7764451051977987
    const Launches trend{launch({10, 11, 12}),   launch({10.5, 11, 13}), launch({11, 12.5, 12}),
                         launch({11.5, 12, 14}), launch({12, 14, 13}),   launch({13, 13, 15.5, 12})};
    const Figure mean = latency_figure(trend, "mean");
    CHECK(mean.value.value() == Approx(12.263157894736842));
    CHECK(mean.ci95.value().low == Approx(12.097147026974476));
    CHECK(mean.ci95.value().high == Approx(12.431446953229123));
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
    const Latency both = latency({launch(a), launch(b)});
    CHECK(both.at("p50").value.value() == Approx(0.5950266800740954));
    CHECK(both.at("p90").value.value() == Approx(0.6342199310379643));
    CHECK(both.at("p95").value.value() == Approx(0.6372970738236634));
    CHECK(both.at("p50").ci95.value().high == Approx(1.6742695964733776));
}

TEST_CASE("blocks of one launch are one launch's samples") {
    Launch parted = launch({1, 2, 3});
    parted.blocks.push_back(block({4, 5, 6}));
    const Launch whole = launch({6, 5, 4, 3, 2, 1});
    const Latency of_parted = latency({parted, parted});
    const Latency of_whole = latency({whole, whole});
    CHECK(of_parted.mean.value == of_whole.mean.value);
    CHECK(of_parted.at("p50").value == of_whole.at("p50").value);
    CHECK(of_parted.stddev == of_whole.stddev);
    CHECK(of_parted.min == of_whole.min);
    CHECK(of_parted.samples == of_whole.samples);
}

TEST_CASE("a percentile that one launch alone does not support is missing, however many samples there are") {
    const Latency uneven = latency(of_sizes({400, 20}));
    CHECK(uneven.at("p90").value == 1.0);
    CHECK_FALSE(uneven.at("p99").value);
    CHECK_FALSE(uneven.at("p99").ci95);
    CHECK(uneven.at("p99").reason == "needs at least 67 samples of each launch, one has 20");
}

TEST_CASE("a percentile that the samples do not support is missing, with the reason") {
    const Figure few = latency({launch({1, 2, 3, 4})}).at("p50");
    CHECK_FALSE(few.value);
    CHECK(few.reason == "needs at least 5 samples, there are 4");
    const Latency some = latency(of_sizes({58}));
    CHECK(some.at("p90").value == 1.0);
    CHECK(some.at("p90").reason.empty());
    CHECK_FALSE(some.at("p95").value);
    CHECK(some.at("p95").reason == "needs at least 59 samples, there are 58");
    CHECK_FALSE(some.at("p99_9").value);
    const Latency many = latency(of_sizes({2995}));
    for (const Percentile& percentile : percentiles()) {
        INFO(percentile.name);
        CHECK(many.at(percentile.name).value == 1.0);
    }
}

TEST_CASE("one launch has no interval, with the reason") {
    const Latency one = latency({launch()});
    for (const char* name : {"p50", "mean"}) {
        INFO(name);
        CHECK(one.at(name).value.value() == Approx(10.0));
        CHECK_FALSE(one.at(name).ci95);
        CHECK(one.at(name).reason.empty());
        CHECK(one.at(name).interval_reason == "an interval needs at least 2 launches");
    }
    CHECK(throughput({launch()}, 1).value);
    CHECK_FALSE(throughput({launch()}, 1).ci95);
    const Figure two = latency({launch(), launch()}).at("p50");
    CHECK(two.ci95.value().low == Approx(10.0));
    CHECK(two.ci95.value().high == Approx(10.0));
}

TEST_CASE("what is not known to a factor of ten has no number, and says how many launches would tell") {
    // 2 launches whose logarithms deviate by ln(200) / sqrt(2) = 3.746: with n launches half of Student's interval is
    // t(n - 1) 3.746 / sqrt(n), which is 2.36 for n = 12 and falls below ln(10) = 2.30 with n = 13 (t = 2.179).
    std::vector<double> fast(20, 0.03);
    std::vector<double> slow(20, 6.0);
    const Launches apart{launch(fast), launch(slow)};
    const Latency unknown = latency(apart);
    for (const char* name : {"p50", "p90", "mean"}) {
        INFO(name);
        CHECK_FALSE(unknown.at(name).value);
        CHECK_FALSE(unknown.at(name).ci95);
        CHECK(unknown.at(name).reason == "2 launches that differ 200-fold; 11 more would tell");
        CHECK(unknown.at(name).interval_reason == unknown.at(name).reason);
    }
    CHECK_FALSE(throughput(apart, 1).value);
    CHECK(throughput(apart, 1).reason == unknown.mean.reason);
    // What was seen stays.
    CHECK(unknown.min == Approx(0.03));
    CHECK(unknown.max == Approx(6.0));
}

TEST_CASE("two launches that differ a little have a figure, if no interval to speak of") {
    const Figure p50 = latency_figure(with_medians({20, 50}), "p50");
    REQUIRE(p50.value);
    CHECK(*p50.value == Approx(std::sqrt(20.0 * 50)));
    CHECK(p50.reason.empty());
    CHECK_FALSE(p50.ci95);
    CHECK(p50.interval_reason == "2 launches that differ 2.5-fold; 1 more would tell");
}

TEST_CASE("launches that differ little are known, however few") {
    const Figure p50 = latency_figure(with_medians({50, 60}), "p50");
    CHECK(p50.value);
    CHECK(p50.ci95);
}

TEST_CASE("a figure always lies within its interval") {
    std::mt19937_64 random(11);
    std::uniform_int_distribution<int> count(5, 40);
    std::uniform_int_distribution<int> launch_count(2, 6);
    const auto check = [](const Figure& figure) {
        REQUIRE((figure.value || !figure.ci95));
        if (figure.ci95) {
            REQUIRE(figure.ci95->low <= *figure.value);
            REQUIRE(figure.ci95->high >= *figure.value);
        }
    };
    for (int run = 0; run < 300; ++run) {
        Launches all;
        for (int i = launch_count(random); i > 0; --i) {
            // Launches of unlike sizes and levels pull the pooled figure away from the launches' mean.
            std::lognormal_distribution<double> sample(i % 3 * 0.2, 0.4);
            std::vector<double> samples(static_cast<std::size_t>(count(random)) * (i % 2 == 0 ? 1 : 20));
            std::generate(samples.begin(), samples.end(), [&] { return sample(random); });
            all.push_back(launch(samples));
            all.back().blocks[0].wall_ns *= i;
        }
        check(latency_figure(all, "p50"));
        check(latency_figure(all, "mean"));
        check(throughput(all, 4));
    }
}

TEST_CASE("95 of a hundred intervals of the mean hold the true mean") {
    constexpr double between = 0.2;
    constexpr double within = 0.1;
    const double truth = std::exp((between * between + within * within) / 2);
    std::mt19937_64 random(12);
    std::lognormal_distribution<double> speed(0, between);
    std::lognormal_distribution<double> noise(0, within);
    constexpr int runs = 500;
    int held = 0;
    for (int run = 0; run < runs; ++run) {
        Launches ten;
        for (int i = 0; i < 10; ++i) {
            const double of_launch = speed(random);
            std::vector<double> samples(20);
            std::generate(samples.begin(), samples.end(), [&] { return of_launch * noise(random); });
            ten.push_back(launch(samples, i));
        }
        const stats::Interval interval = latency_figure(ten, "mean").ci95.value();
        held += interval.low <= truth && truth <= interval.high ? 1 : 0;
    }
    CHECK(held >= 0.91 * runs);
    CHECK(held <= 0.99 * runs);
}

TEST_CASE("throughput is items over wall time, of all blocks together") {
    Launches timed = three;
    timed[0].blocks[0].wall_ns = 6200000;
    timed[1].blocks[0].wall_ns = 20100000;
    timed[2].blocks[0].wall_ns = 8700000;
    const Figure rate = throughput(timed, 8);
    CHECK(rate.value.value() == Approx(16 * 8 / 0.035));
    // numpy 2.4.6: the jackknife over launches on the logarithm of items / seconds, as for the mean latency
    CHECK(rate.ci95.value().low == Approx(812.982545051104));
    CHECK(rate.ci95.value().high == Approx(16451.391187876325));
    CHECK(throughput({timed[0]}, 1).value.value() == Approx(5 / 0.0062));
    CHECK(launch_throughput(timed[0], 8).value() == Approx(40 / 0.0062));
    CHECK_FALSE(launch_throughput(Launch(), 8));
}

TEST_CASE("a launch's own figure is that of all its samples, with those of its blocks where they support it") {
    Launch two_blocks = launch({1, 2, 3});
    two_blocks.blocks.push_back(block({4, 5, 6}));
    CHECK(launch_figure(two_blocks, "p50").value() == Approx(3.5));
    CHECK(launch_figure(two_blocks, "mean").value() == Approx(3.5));
    CHECK_FALSE(launch_figure(two_blocks, "p90"));
    const stats::LaunchFigure p50 = launch_figure_with_blocks(two_blocks, "p50").value();
    CHECK(p50.blocks == std::vector<double>{2, 5});
    Launch long_and_short = launch(std::vector<double>(10, 1.0));
    long_and_short.blocks.push_back(block({1, 1}));
    CHECK(launch_figure_with_blocks(long_and_short, "p90").value().blocks.empty());
    CHECK_FALSE(launch_figures({long_and_short, two_blocks}, "p90"));
}

TEST_CASE("a figure that there is not is refused by name") {
    CHECK_THROWS_WITH(latency_figure(three, "p51"), Contains("p51"));
    CHECK_THROWS_AS(launch_figure(three[0], "median"), DataError);
    CHECK_THROWS_AS(latency(three).at("p100"), DataError);
}

TEST_CASE("cold-start figures are medians over the launches that have them, in milliseconds") {
    Launches all{launch(), launch(), launch(), launch()};
    all[0].cold_start = records::ColdStart{1000000, 2000000, 3000000, 4000000, 5000000};
    all[1].cold_start = records::ColdStart{2000000, 3000000, 4000000, 5000000, 6000000};
    all[2].cold_start = records::ColdStart{9000000, 9500000, 9000000, 9000000, 0};
    all[3].cold_start.reset();
    const ColdStart cold = cold_start(all);
    CHECK(cold.start == 2.0);
    CHECK(cold.load == 3.0);
    CHECK(cold.prepare == 4.0);
    CHECK(cold.first_inference == 5.0);
    CHECK(cold.second_inference == 5.5);
    CHECK_FALSE(cold_start({all[3]}).load);
}

TEST_CASE("memory is the highest peak of all launches, and unknown where none said") {
    Launches all{launch(), launch(), launch()};
    all[1].peak_rss_bytes = std::int64_t{3} << 30;
    CHECK(peak_rss_bytes(all) == std::int64_t{3} << 30);
    for (Launch& one : all) {
        one.peak_rss_bytes = 0;
    }
    CHECK_FALSE(peak_rss_bytes(all));
}

}  // namespace
}  // namespace gravbench::figures
