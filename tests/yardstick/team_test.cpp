#include "yardstick/team.h"

#include <catch.h>

#include <set>

using namespace gravbench::yardstick;

TEST_CASE("each thread of a team takes part once in each piece of work") {
    for (const int threads : {1, 2, 5}) {
        Team team(threads);
        CHECK(team.size() == threads);
        std::mutex mutex;
        std::multiset<int> numbers;
        std::set<std::thread::id> seen;
        for (int piece = 0; piece < 3; ++piece) {
            const double seconds = team.run([&](int number) {
                const std::lock_guard lock(mutex);
                numbers.insert(number);
                seen.insert(std::this_thread::get_id());
            });
            CHECK(seconds > 0);
        }
        CHECK(seen.size() == static_cast<std::size_t>(threads));
        for (int number = 0; number < threads; ++number) {
            CHECK(numbers.count(number) == 3);
        }
    }
}
