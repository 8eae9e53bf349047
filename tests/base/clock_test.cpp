#include "base/clock.h"

#include <regex>

#include "base/errors.h"
#include "catch.h"

namespace gravbench {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a duration is read with its unit, or as seconds") {
    CHECK(parse_duration("500ms", "--duration") == 500ms);
    CHECK(parse_duration("2s", "--duration") == 2s);
    CHECK(parse_duration("1.5m", "--duration") == 90s);
    CHECK(parse_duration("1h", "--duration") == 1h);
    CHECK(parse_duration("250us", "--duration") == 250us);
    CHECK(parse_duration("7ns", "--duration") == 7ns);
    CHECK(parse_duration("3", "--duration") == 3s);
    CHECK(parse_duration("0.25", "--duration") == 250ms);
}

TEST_CASE("what is no duration above zero is refused with its flag") {
    for (const char* wrong :
         {"", "s", "0", "0s", "-1s", "5 s", "5sec", "1h30m", "inf", "nan", "1e300h", "0.1ns", "ms5"}) {
        INFO(wrong);
        CHECK_THROWS_AS(parse_duration(wrong, "--duration"), UsageError);
    }
    CHECK_THROWS_WITH(parse_duration("5sec", "--duration"),
                      "--duration: \"5sec\" is not a duration above zero like 500ms, 2s, 1.5m or 1h");
}

TEST_CASE("a duration is described in the unit that people would use") {
    CHECK(describe_duration(0ns) == "0.0 s");
    CHECK(describe_duration(840ms) == "0.8 s");
    CHECK(describe_duration(35s) == "35 s");
    CHECK(describe_duration(119s) == "119 s");
    CHECK(describe_duration(250s) == "4 min 10 s");
    CHECK(describe_duration(2h + 5min) == "2 h 5 min");
}

TEST_CASE("a described duration never says 60 of a smaller unit") {
    CHECK(describe_duration(9960ms) == "10 s");
    CHECK(describe_duration(119600ms) == "2 min 0 s");
    CHECK(describe_duration(179600ms) == "3 min 0 s");
    CHECK(describe_duration(2h - 300ms) == "2 h 0 min");
}

TEST_CASE("the time of day is ISO 8601 in UTC") {
    CHECK(std::regex_match(utc_now(), std::regex(R"(20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\dZ)")));
}

TEST_CASE("the monotonic clock never goes back") {
    std::int64_t previous = monotonic_ns();
    for (int i = 0; i < 1000; ++i) {
        const std::int64_t now = monotonic_ns();
        REQUIRE(now >= previous);
        previous = now;
    }
}

}  // namespace
}  // namespace gravbench
