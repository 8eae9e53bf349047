#pragma once

#include <string>
#include <vector>

#include "rates.h"

/// Interleaved comparisons by the design that a run chooses for itself (run/shape_choice.h), in simulated time: whether
/// its intervals and verdicts still hold, and what it saves (docs/compare.md).
namespace gravbench::verdicts {

struct DesignRates {
    double coverage = 0;        ///< of the ratio's interval, where nothing differs
    double false_alarms = 0;    ///< slower or faster by more than the tolerance, where nothing differs
    double settled = 0;         ///< not inconclusive, where nothing differs
    double found = 0;           ///< of the slowdown, called slower
    double median_seconds = 0;  ///< until the run ends by itself, or its time is over
    double median_launches = 0;
    double coverage_of_p50 = 0;  ///< of a cell's interval, in a run without a second variant
};

struct DesignScenario {
    std::string kind;  ///< of noise
    double between_launches = 0;
    double between_blocks = 0;
    DesignRates given;  ///< 2 blocks of 500 ms, as runs had before they chose
    DesignRates chosen;
};

std::vector<DesignScenario> design_rates(const SimulationSize& size);

std::string design_table(const std::vector<DesignScenario>& all, const SimulationSize& size);

/// What is not as promised, beyond what chance explains at so many runs.
std::vector<std::string> design_faults(const std::vector<DesignScenario>& all, const SimulationSize& size);

}  // namespace gravbench::verdicts
