#include "run/order.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace gravbench::run {

std::vector<Group> groups_within(const std::vector<Group>& units, const std::vector<std::int64_t>& needs_bytes,
                                 std::int64_t budget_bytes) {
    std::vector<Group> groups;
    std::int64_t taken = 0;
    for (const Group& unit : units) {
        std::int64_t needed = 0;
        for (const std::size_t cell : unit) {
            needed += needs_bytes[cell];
        }
        if (groups.empty() || taken + needed > budget_bytes) {
            groups.emplace_back();
            taken = 0;
        }
        groups.back().insert(groups.back().end(), unit.begin(), unit.end());
        taken += needed;
    }
    return groups;
}

std::vector<std::size_t> round_order(std::size_t cells, std::uint64_t seed, int round) {
    std::vector<std::size_t> order(cells);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                           static_cast<std::uint32_t>(round / 2)};
    std::mt19937_64 random(sequence);
    // Written out: std::shuffle may differ between libraries.
    for (std::size_t i = cells; i > 1; --i) {
        std::swap(order[i - 1], order[random() % i]);
    }
    if (round % 2 == 1) {
        std::reverse(order.begin(), order.end());
    }
    return order;
}

}  // namespace gravbench::run
