#include "run/design.h"

#include <algorithm>
#include <set>

#include "catch.h"
#include "run/simulated_world.h"

namespace gravbench::run {
namespace {

/// The cells of a wave, in ascending order.
std::vector<std::size_t> cells_of(const std::optional<Wave>& wave) {
    std::vector<std::size_t> cells;
    for (const Group& unit : wave ? wave->units : std::vector<Group>{}) {
        cells.insert(cells.end(), unit.begin(), unit.end());
    }
    std::sort(cells.begin(), cells.end());
    return cells;
}

using Latency = std::function<double(std::size_t cell, int number)>;

/// Measures all that the design asks for; how many launches each cell had.
std::vector<int> run_through(const plan::Plan& plan, Design& design, const Latency& latency, int most_waves = 1000) {
    std::vector<int> launches(plan.cells.size());
    for (int waves = 0; waves < most_waves; ++waves) {
        const std::optional<Wave> wave = design.next();
        if (!wave) {
            break;
        }
        for (const std::size_t cell : cells_of(wave)) {
            design.observe(cell, record_of(plan.cells[cell].key, wave->number, latency(cell, wave->number)));
            ++launches[cell];
        }
    }
    return launches;
}

double always_10(std::size_t, int) {
    return 10;
}

/// 2% up and down, in an order without a trend.
double noisy(std::size_t, int number) {
    return number % 4 == 0 || number % 4 == 3 ? 10.2 : 9.8;
}

/// Counts what is computed, and gives half widths that a test sets.
struct Counted {
    std::size_t of_launch = 0;
    std::size_t half_widths = 0;
    std::size_t samples_read = 0;
    double half_width = 1;

    FigureSource source() {
        return {[this](const records::Launch& launch, const std::string&) -> std::optional<stats::LaunchFigure> {
                    ++of_launch;
                    return stats::LaunchFigure{static_cast<double>(launch.blocks[0].samples_ns[0]), {}};
                },
                [this](const std::vector<stats::LaunchFigure>& figures) {
                    ++half_widths;
                    samples_read += figures.size();
                    return std::optional(half_width);
                },
                [this](const figures::Launches& launches, const std::string&) {
                    ++half_widths;
                    samples_read += launches.size();
                    return std::optional(half_width);
                },
                [this](const auto&) {
                    ++half_widths;
                    return std::optional(half_width);
                }};
    }
};

TEST_CASE("fixed launches are so many waves of all cells, each in an order of its own") {
    const plan::Plan plan = plan_of(30, 3);
    FixedLaunches design(plan);
    std::set<std::vector<Group>> orders;
    for (int number = 0; number < 3; ++number) {
        const std::optional<Wave> wave = design.next();
        REQUIRE(wave);
        CHECK(wave->number == number);
        CHECK_FALSE(wave->is_extra);
        CHECK(cells_of(wave).size() == 30);
        orders.insert(wave->units);
        for (std::size_t cell = 0; cell < 30; ++cell) {
            design.observe(cell, record_of(plan.cells[cell].key, number));
        }
    }
    CHECK(orders.size() == 3);
    CHECK_FALSE(design.next());
}

TEST_CASE("launches that an interrupted run has made are not asked for again") {
    const plan::Plan plan = plan_of(2, 2);
    FixedLaunches design(plan);
    design.observe(0, record_of("a0", 0));
    design.observe(0, record_of("a0", 1));
    design.observe(1, record_of("a1", 0));
    const std::optional<Wave> wave = design.next();
    REQUIRE(wave);
    CHECK(wave->number == 1);
    CHECK(cells_of(wave) == std::vector<std::size_t>{1});
}

TEST_CASE("a cell whose launches have all failed gets no more, one that has succeeded goes on") {
    const plan::Plan plan = plan_of(3, 3);
    FixedLaunches design(plan);
    REQUIRE(design.next());
    design.observe(0, failed_record_of("a0", 0));
    design.observe(1, record_of("a1", 0));
    design.give_up(2);
    CHECK(design.gives_up(0));
    CHECK(cells_of(design.next()) == std::vector<std::size_t>{1});
    design.observe(1, failed_record_of("a1", 1));
    CHECK_FALSE(design.gives_up(1));
    CHECK(cells_of(design.next()) == std::vector<std::size_t>{1});
}

TEST_CASE("until precise: a quiet cell has the plan's launches, a noisy one has more") {
    const plan::Plan plan = plan_of(2, 3);
    UntilPrecise design(plan);
    const auto launches = run_through(plan, design, [](std::size_t cell, int number) {
        return cell == 0 ? always_10(cell, number) : noisy(cell, number);
    });
    CHECK(launches[0] == 3);
    CHECK(launches[1] > 3);
    CHECK(launches[1] < 100);
}

TEST_CASE("launches beyond the plan's are marked as such") {
    Counted counted;
    const plan::Plan plan = plan_of(1, 1);
    UntilPrecise design(plan, counted.source());
    CHECK_FALSE(design.next()->is_extra);
    design.observe(0, record_of("a0", 0));
    CHECK(design.next()->is_extra);
}

TEST_CASE("a figure that the samples cannot support is not waited for: more launches would not bring it") {
    plan::Plan plan = plan_of(1, 2);
    plan.options.stopping.metric = "p99";
    UntilPrecise design(plan);
    CHECK(run_through(plan, design, always_10, 20)[0] == 2);
}

TEST_CASE("each launch's figure is made once, and each interval once for each launch") {
    Counted counted;
    plan::Plan plan = plan_of(20, 5);
    UntilPrecise design(plan, counted.source());
    run_through(plan, design, always_10, 30);
    CHECK(counted.of_launch == 20 * 30);
    CHECK(counted.half_widths <= 20 * 30);
}

TEST_CASE("an interval of many launches is made when there are a tenth more: the work grows as they do") {
    Counted counted;
    plan::Plan plan = plan_of(1, 2);
    plan.options.stopping.metric = GENERATE("p50", "p99");
    UntilPrecise design(plan, counted.source());
    run_through(plan, design, always_10, 1000);
    CHECK(counted.of_launch == 1000);
    CHECK(counted.samples_read < 12 * 1000);
    counted.half_width = 0;
    CHECK(run_through(plan, design, always_10, 1000)[0] <= 100);
}

TEST_CASE("pairs: both variants have as many launches, until their ratio is precise") {
    const plan::Plan plan = pairs_of(2, 3);
    Pairs design(plan);
    // The first pair drifts together: each variant is noisy, their ratio is not.
    const auto launches = run_through(plan, design, [](std::size_t cell, int number) {
        return cell < 2 ? noisy(cell, number) : cell == 2 ? noisy(cell, number) : 10;
    });
    CHECK(launches[0] == 3);
    CHECK(launches[1] == 3);
    CHECK(launches[2] > 3);
    CHECK(launches[2] == launches[3]);
}

TEST_CASE("pairs: a ratio is made of launches of one number, whichever is seen first") {
    const plan::Plan plan = pairs_of(1, 2);
    std::vector<double> seen;
    Counted counted;
    FigureSource source = counted.source();
    source.ratio_half_width = [&](const std::vector<double>& ratios) -> std::optional<double> {
        seen = ratios;
        return 0;
    };
    Pairs design(plan, source);
    design.observe(1, record_of("a1", 1, 30));
    design.observe(0, record_of("a0", 0, 10));
    design.observe(1, record_of("a1", 0, 20));
    design.observe(0, record_of("a0", 1, 10));
    CHECK_FALSE(design.next());
    CHECK(seen == std::vector<double>{2, 3});
    CHECK(counted.of_launch == 4);
}

TEST_CASE("pairs: where one variant fails the other has no more than the plan's launches") {
    const plan::Plan plan = pairs_of(1, 3);
    Pairs design(plan);
    REQUIRE(design.next());
    design.observe(0, failed_record_of("a0", 0));
    design.observe(1, record_of("a1", 0));
    CHECK(run_through(plan, design, noisy) == std::vector<int>{0, 2});
}

TEST_CASE("the plan says which design it is") {
    plan::Plan plan = plan_of(2);
    CHECK(dynamic_cast<UntilPrecise*>(design_for(plan).get()) != nullptr);
    plan.options.sampling.has_fixed_launches = true;
    CHECK(dynamic_cast<FixedLaunches*>(design_for(plan).get()) != nullptr);
    CHECK(dynamic_cast<Pairs*>(design_for(pairs_of(1)).get()) != nullptr);
}

}  // namespace
}  // namespace gravbench::run
