#include "stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "base/errors.h"
#include "catch.h"

namespace gravbench::stats {
namespace {

std::vector<LaunchFigure> launches_of(const std::vector<double>& values) {
    std::vector<LaunchFigure> launches;
    for (const double value : values) {
        launches.push_back({value, {}});
    }
    return launches;
}

const std::vector<double> some{52.1, 55.3, 51.2, 57.9, 53.3, 54.0, 51.7, 56.2};

/// How often, of 400 runs, the interval holds the truth of 1.
template <typename Launch>
double coverage(std::size_t launches, Launch launch) {
    int covered = 0;
    constexpr int runs = 400;
    for (int run = 0; run < runs; ++run) {
        std::vector<LaunchFigure> figures;
        for (std::size_t i = 0; i < launches; ++i) {
            figures.push_back(launch());
        }
        const Interval interval = *bootstrap_interval(figures, static_cast<std::uint64_t>(run));
        covered += interval.low <= 1 && 1 <= interval.high;
    }
    return covered / static_cast<double>(runs);
}

TEST_CASE("intervals over launches hold the truth as often as they claim") {
    std::mt19937_64 random(17);
    std::normal_distribution<double> normal(0, 0.08);
    const auto launch = [&] { return LaunchFigure{std::exp(normal(random)), {}}; };
    for (const std::size_t launches : {3, 5, 12}) {
        const double covered = coverage(launches, launch);
        INFO(launches << " launches: " << covered);
        CHECK(covered >= 0.915);
        CHECK(covered <= 0.985);
    }
}

TEST_CASE("spread between blocks does not make intervals too narrow") {
    std::mt19937_64 random(18);
    std::normal_distribution<double> normal(0, 1);
    const auto launch = [&] {
        const double own = 0.04 * normal(random);
        LaunchFigure figure;
        double sum = 0;
        for (int block = 0; block < 3; ++block) {
            const double of_block = own + 0.04 * normal(random);
            figure.blocks.push_back(std::exp(of_block));
            sum += of_block;
        }
        figure.value = std::exp(sum / 3);
        return figure;
    };
    const double covered = coverage(6, launch);
    INFO(covered);
    CHECK(covered >= 0.92);
    CHECK(covered <= 0.985);
}

TEST_CASE("blocks that differ count: resampling them changes the interval") {
    std::vector<LaunchFigure> alike = launches_of(some);
    std::vector<LaunchFigure> unlike = launches_of(some);
    for (LaunchFigure& launch : alike) {
        launch.blocks = {launch.value, launch.value};
    }
    for (LaunchFigure& launch : unlike) {
        launch.blocks = {launch.value * 0.9, launch.value / 0.9};
    }
    const Interval of_alike = *bootstrap_interval(alike, 1);
    const Interval of_unlike = *bootstrap_interval(unlike, 1);
    // Other random numbers, the same distribution.
    CHECK(of_alike.low == Approx(bootstrap_interval(launches_of(some), 1)->low).epsilon(0.01));
    CHECK(std::abs(of_alike.low / of_unlike.low - 1) > 0.002);
}

TEST_CASE("the same launches and seed give the same interval, in any order nearly the same") {
    const Interval one = *bootstrap_interval(launches_of(some), 5);
    const Interval again = *bootstrap_interval(launches_of(some), 5);
    CHECK(one.low == again.low);
    CHECK(one.high == again.high);
    std::vector<double> reversed(some.rbegin(), some.rend());
    const Interval turned = *bootstrap_interval(launches_of(reversed), 5);
    CHECK(turned.low == Approx(one.low).epsilon(0.01));
    CHECK(turned.high == Approx(one.high).epsilon(0.01));
}

TEST_CASE("another unit gives the interval in that unit, and a wider confidence a wider one") {
    std::vector<double> in_ns = some;
    for (double& value : in_ns) {
        value *= 1e6;
    }
    const Interval in_ms = *bootstrap_interval(launches_of(some), 5);
    CHECK(bootstrap_interval(launches_of(in_ns), 5)->low == Approx(in_ms.low * 1e6));
    const Interval narrow = *bootstrap_interval(launches_of(some), 5, 0.8);
    CHECK(narrow.low > in_ms.low);
    CHECK(narrow.high < in_ms.high);
}

TEST_CASE("a skewed sample has a skewed interval, of many launches half as much") {
    std::vector<double> skewed{50, 50.2, 50.4, 50.1, 60, 50.3, 50.2, 50.1, 50.3};
    const auto skewness = [&] {
        const Interval interval = *bootstrap_interval(launches_of(skewed), 5);
        const double centre = std::exp(moments(logarithms(skewed)).mean);
        return std::log(interval.high / centre) / std::log(centre / interval.low);
    };
    const double of_nine = skewness();
    skewed.push_back(50.2);
    const double of_ten = skewness();
    INFO(of_nine << ", " << of_ten);
    CHECK(of_nine > 2);
    CHECK(of_ten > 1.2);
    CHECK(of_ten - 1 < (of_nine - 1) / 1.5);
}

TEST_CASE("intervals of many heavy-tailed launches hold the truth as often as they claim") {
    std::mt19937_64 random(19);
    std::student_t_distribution<double> heavy(3);
    const auto launch = [&] { return LaunchFigure{std::exp(0.03 * heavy(random)), {}}; };
    for (const std::size_t launches : {10, 24}) {
        const double covered = coverage(launches, launch);
        INFO(launches << " launches: " << covered);
        // By one tail each it is 0.93 of them.
        CHECK(covered >= 0.94);
        CHECK(covered <= 0.985);
    }
}

TEST_CASE("a machine that drifts does not widen the interval, nor make it miss") {
    for (const std::size_t launches : {5, 12}) {
        std::mt19937_64 random(20);
        std::normal_distribution<double> normal(0, 0.02);
        std::size_t number = 0;
        const auto launch = [&] {
            const double place = static_cast<double>(number++ % launches) - static_cast<double>(launches - 1) / 2;
            return LaunchFigure{std::exp(0.03 * place + normal(random)), {}};
        };
        const double covered = coverage(launches, launch);
        INFO(launches << " launches: " << covered);
        CHECK(covered >= 0.92);
        CHECK(covered <= 0.98);
    }
    std::vector<double> drifting = some;
    for (std::size_t i = 0; i < drifting.size(); ++i) {
        drifting[i] *= std::exp(0.1 * (static_cast<double>(i) - 3.5));
    }
    CHECK(bootstrap_interval(launches_of(drifting), 5)->low == Approx(bootstrap_interval(launches_of(some), 5)->low));
    CHECK(bootstrap_interval(launches_of(drifting), 5)->high == Approx(bootstrap_interval(launches_of(some), 5)->high));
}

TEST_CASE("equal launches give an interval without width, one launch none") {
    const Interval interval = *bootstrap_interval(launches_of({7, 7, 7, 7, 7}), 1);
    CHECK(interval.low == Approx(7));
    CHECK(interval.high == Approx(7));
    CHECK_FALSE(bootstrap_interval(launches_of({7}), 1).has_value());
    CHECK_FALSE(bootstrap_interval({}, 1).has_value());
}

TEST_CASE("two and three launches have Student's interval") {
    for (const std::vector<double>& few : {std::vector<double>{50, 54}, std::vector<double>{50, 54, 51}}) {
        const Interval student = *positive_launch_interval(few);
        const Interval interval = *bootstrap_interval(launches_of(few), 1);
        CHECK(interval.low == Approx(student.low));
        CHECK(interval.high == Approx(student.high));
    }
}

TEST_CASE("an interval is finite, whatever the launches") {
    std::mt19937_64 random(8);
    for (int run = 0; run < 300; ++run) {
        std::vector<double> values(4);
        // Three alike and one far off: many resamples hold only those alike.
        std::generate(values.begin(), values.end(), [&] { return random() % 3 == 0 ? 90.0 : 50.0; });
        const Interval interval = *bootstrap_interval(launches_of(values), static_cast<std::uint64_t>(run));
        REQUIRE(std::isfinite(interval.high));
        REQUIRE(interval.low > 0);
        REQUIRE(interval.low <= interval.high);
    }
}

TEST_CASE("figures that are no times are refused") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double wrong : {0.0, -1.0, infinity, std::nan("")}) {
        CHECK_THROWS_AS(bootstrap_interval(launches_of({50, wrong, 51, 52}), 1), DataError);
    }
}

}  // namespace
}  // namespace gravbench::stats
