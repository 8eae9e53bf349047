#pragma once

#include <cstdint>
#include <vector>

namespace gravbench::run {

/// The order of one round: every cell's index once, shuffled by seed and round, so that drift of the machine falls on
/// all cells alike and the same seed gives the same order everywhere. Each odd round is the one before it backwards, so
/// that no cell is before another more often than after it.
std::vector<std::size_t> round_order(std::size_t cells, std::uint64_t seed, int round);

/// Cells that are measured side by side: their engines are alive at once.
using Group = std::vector<std::size_t>;

/// Parts units of cells, in their order, into groups whose engines fit into `budget_bytes` together; `needs_bytes` says
/// what each cell's takes. A unit (the two variants of a cell, or one cell) is never parted, and always fits.
std::vector<Group> groups_within(const std::vector<Group>& units, const std::vector<std::int64_t>& needs_bytes,
                                 std::int64_t budget_bytes);

}  // namespace gravbench::run
