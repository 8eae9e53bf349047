#include "doctor/openmp_places.h"

#include "catch.h"

namespace gravbench::doctor {
namespace {

using Places = std::vector<Place>;

TEST_CASE("places are lists of CPUs in braces") {
    CHECK(parse_places("{0}") == Places{{0}});
    CHECK(parse_places("{0,1},{2,3}") == Places{{0, 1}, {2, 3}});
    CHECK(parse_places(" {0} , {4} ") == Places{{0}, {4}});
}

TEST_CASE("a place and a list of places may be counted out with a stride") {
    CHECK(parse_places("{0:4}") == Places{{0, 1, 2, 3}});
    CHECK(parse_places("{0:2:4}") == Places{{0, 4}});
    CHECK(parse_places("{0}:3") == Places{{0}, {1}, {2}});
    CHECK(parse_places("{0:2}:2:4,{9}") == Places{{0, 1}, {4, 5}, {9}});
    CHECK(parse_places("{3}:2:-1") == Places{{3}, {2}});
}

TEST_CASE("what is no explicit list of places is none at all") {
    for (const char* text : {"", "cores", "threads(2)", "{0", "0}", "{}", "{a}", "!{0}", "{0},", "{0}x", "{0:0}",
                             "{0}:0", "{0}:1:1:1", "{0:}", "{999999999}"}) {
        INFO(text);
        CHECK_FALSE(parse_places(text));
    }
}

TEST_CASE("an affinity of GNU's runtime is CPUs and ranges with a stride") {
    CHECK(parse_gomp_affinity("0") == Places{{0}});
    CHECK(parse_gomp_affinity("0 3 1-2") == Places{{0}, {3}, {1}, {2}});
    CHECK(parse_gomp_affinity("0,4-8:2") == Places{{0}, {4}, {6}, {8}});
}

TEST_CASE("what is no such affinity is none at all") {
    for (const char* text : {"", " ", "x", "0-", "-3", "0-3:", "0-3:0", "1:x"}) {
        INFO(text);
        CHECK_FALSE(parse_gomp_affinity(text));
    }
}

}  // namespace
}  // namespace gravbench::doctor
