#include "records/launch_record.h"

#include "catch.h"
#include "records/record_builder.h"

namespace gravbench::records {
namespace {

TEST_CASE("a launch is complete if it has samples and no problem") {
    CHECK(launch_of().is_complete());
    CHECK_FALSE(full_launch().is_complete());
    CHECK_FALSE(failed_launch_of("out_of_memory").is_complete());
    CHECK_FALSE(LaunchRecord{}.is_complete());
}

TEST_CASE("figures come from the launches that are complete, in their order") {
    const std::vector<Launch> found =
        complete({launch_of({1}, 2), failed_launch_of("out_of_memory", 1), launch_of({1}, 0), LaunchRecord{}});
    REQUIRE(found.size() == 2);
    CHECK(found[0].number == 2);
    CHECK(found[1].number == 0);
}

TEST_CASE("the samples of all blocks are sorted together, in ms") {
    const std::vector<Block> blocks{block({3000000, 1000000}), block({2500000})};
    CHECK(sorted_ms(blocks) == std::vector<double>{1, 2.5, 3});
    CHECK(sorted_ms({}).empty());
}

}  // namespace
}  // namespace gravbench::records
