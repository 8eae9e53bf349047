#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "plan/plan.h"
#include "results/document.h"
#include "run/audits.h"
#include "run/launch.h"
#include "run/progress.h"
#include "run/reference.h"

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

/// What a run measured, one outcome for each of the plan's cells.
struct RunOutcome {
    std::vector<results::CellOutcome> cells;
    bool is_interrupted = false;
};

/// Measures the plan. Again and again every cell gets a launch: those that fit into memory together are alive at once,
/// and take their blocks in rounds, in an order that is shuffled anew for each. So a drift of the machine falls on all
/// alike. Each cell gets the plan's launches, and more until its figure is known to the precision that is wanted, or
/// the time is over. Launches in `earlier` (of an interrupted run) are not made again. A launch goes to `keep` after
/// each of its blocks. A cell whose first launch fails gets no more. Audits follow, once the cells are measured; on an
/// emulated engine, whose times mean nothing, each launch is its own audit. `references` and `audits` are null where
/// none are asked for.
RunOutcome measure_plan(const plan::Plan& plan, const LaunchContext& context, References* references, Audits* audits,
                        const std::vector<results::LaunchRecord>& earlier,
                        const std::function<void(const results::LaunchRecord&)>& keep, Progress& progress);

}  // namespace gravbench::run
