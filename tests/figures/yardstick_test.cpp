#include "figures/yardstick.h"

#include "catch.h"
#include "launch_builder.h"

using namespace gravbench;
using namespace gravbench::figures;

namespace {

machine::YardstickReading reading(int threads, double memory_gb_per_s, double load_ns) {
    return {threads, 200, 400, 3.5, 100, 50, memory_gb_per_s, load_ns, 7'000'000};
}

}  // namespace

TEST_CASE("readings are summed up for each number of threads, the best of a time being the least") {
    const auto summaries =
        summarise_yardstick({reading(2, 20, 110), reading(1, 15, 100), reading(2, 30, 90), reading(2, 22, 100)});
    REQUIRE(summaries.size() == 2);
    CHECK(summaries[0].threads == 1);
    CHECK(summaries[0].readings == 1);
    const YardstickSummary& two = summaries[1];
    CHECK(two.threads == 2);
    CHECK(two.readings == 3);
    CHECK(two.best.memory_gb_per_s == 30);
    CHECK(two.median.memory_gb_per_s == 22);
    CHECK(two.worst.memory_gb_per_s == 20);
    CHECK(two.best.load_ns == 90);
    CHECK(two.worst.load_ns == 110);
    CHECK(two.best.threads == 2);
    CHECK(summarise_yardstick({}).empty());
}

TEST_CASE("blocks without a reading have none") {
    records::Launch launch = test::launch();
    launch.blocks.push_back(launch.blocks.front());
    launch.blocks.back().yardstick = reading(2, 20, 100);
    CHECK(yardstick_readings(launch) == std::vector{reading(2, 20, 100)});
    CHECK(yardstick_readings(test::launch()).empty());
}
