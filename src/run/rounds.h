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
/// all cells alike and the same seed gives the same order everywhere.
std::vector<std::size_t> round_order(std::size_t cells, std::uint64_t seed, int round);

/// What a run measured, one outcome for each of the plan's cells.
struct RunOutcome {
    std::vector<results::CellOutcome> cells;
    bool is_interrupted = false;
};

/// Measures the plan: as many rounds as there are launches, one launch of every cell in each. Launches in `earlier` (of
/// an interrupted run) are not made again. Each finished launch goes to `keep` before the next begins. A cell whose
/// first launch fails gets no more. Audits follow, once the cells are measured; on an emulated engine, whose times mean
/// nothing, each launch is its own audit. `references` and `audits` are null where none are asked for.
RunOutcome measure_plan(const plan::Plan& plan, const LaunchContext& context, References* references, Audits* audits,
                        const std::vector<results::LaunchRecord>& earlier,
                        const std::function<void(const results::LaunchRecord&)>& keep, Progress& progress);

}  // namespace gravbench::run
