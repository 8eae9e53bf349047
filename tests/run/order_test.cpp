#include "run/order.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "catch.h"

namespace gravbench::run {
namespace {

TEST_CASE("a round has every cell exactly once") {
    for (const std::size_t cells : {0, 1, 2, 17, 200}) {
        for (int round = 0; round < 20; ++round) {
            std::vector<std::size_t> order = round_order(cells, 7, round);
            std::sort(order.begin(), order.end());
            std::vector<std::size_t> expected(cells);
            std::iota(expected.begin(), expected.end(), std::size_t{0});
            CHECK(order == expected);
        }
    }
}

TEST_CASE("the same seed and round give the same order") {
    CHECK(round_order(30, 5, 3) == round_order(30, 5, 3));
}

TEST_CASE("rounds and seeds differ in their order") {
    std::set<std::vector<std::size_t>> orders;
    for (int round = 0; round < 10; ++round) {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            orders.insert(round_order(30, seed, round));
        }
    }
    CHECK(orders.size() == 100);
}

TEST_CASE("of two rounds the second is the first backwards: nobody is before another more often than after it") {
    for (int round = 0; round < 20; round += 2) {
        std::vector<std::size_t> backwards = round_order(5, 3, round + 1);
        std::reverse(backwards.begin(), backwards.end());
        CHECK(round_order(5, 3, round) == backwards);
    }
}

TEST_CASE("no cell has a favourite place in the rounds") {
    // Each of 4 places has 1/4 of 4,000 rounds for a cell: 1,000, with a standard deviation of 27.
    std::vector<std::vector<int>> times(4, std::vector<int>(4));
    for (int round = 0; round < 4000; ++round) {
        const std::vector<std::size_t> order = round_order(4, 11, round);
        for (std::size_t place = 0; place < 4; ++place) {
            ++times[order[place]][place];
        }
    }
    for (const auto& of_cell : times) {
        for (const int count : of_cell) {
            CHECK(count > 1000 - 5 * 27);
            CHECK(count < 1000 + 5 * 27);
        }
    }
}

TEST_CASE("cells that fit into memory together are one group") {
    CHECK(groups_within({{0}, {1}, {2}}, {10, 20, 30}, 60) == std::vector<Group>{{0, 1, 2}});
    CHECK(groups_within({{0}, {1}, {2}}, {10, 20, 30}, 59) == std::vector<Group>{{0, 1}, {2}});
    CHECK(groups_within({{2}, {0}, {1}}, {10, 20, 30}, 40) == std::vector<Group>{{2, 0}, {1}});
    CHECK(groups_within({}, {}, 40).empty());
}

TEST_CASE("a cell too large for the budget is measured by itself, and variants are never parted") {
    CHECK(groups_within({{0}, {1}}, {100, 100}, 10) == std::vector<Group>{{0}, {1}});
    CHECK(groups_within({{0, 1}, {2, 3}}, {100, 100, 5, 5}, 10) == std::vector<Group>{{0, 1}, {2, 3}});
}

}  // namespace
}  // namespace gravbench::run
