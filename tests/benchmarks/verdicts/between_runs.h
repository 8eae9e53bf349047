#pragma once

#include <string>
#include <vector>

#include "rates.h"

/// Verdicts on two runs, where each run has a speed of its own that no launch of it shows (docs/compare.md, Two runs).
namespace gravbench::verdicts {

/// From how many earlier runs the spread between runs is known; from 0 it is assumed.
inline constexpr std::size_t earlier_runs[] = {0, 3, 10, 30};

/// True slowdowns that are to be found.
inline constexpr double run_slowdowns[] = {1.05, 1.1, 1.2};

/// What pairs of runs came to, as shares of them.
struct TwoRunRates {
    double coverage = 0;        ///< of the ratio's interval, where nothing differs
    double false_alarms = 0;    ///< slower or faster by more than the tolerance, where nothing differs
    double median_width = 0;    ///< of the interval, as a share
    std::vector<double> found;  ///< called slower, by run_slowdowns
};

struct TwoRunScenario {
    std::string kind;  ///< of noise
    double between_launches = 0;
    /// Deviation between runs; below 0 it is drawn anew for each pair, as what is assumed of a machine has it.
    double between_runs = 0;
    std::size_t launches = 5;
    std::vector<TwoRunRates> rates;  ///< by earlier_runs
    TwoRunRates by_launches_alone;   ///< as verdicts were before they knew of runs
};

std::vector<TwoRunScenario> two_run_rates(const SimulationSize& size);

std::string two_run_table(const std::vector<TwoRunScenario>& all, const SimulationSize& size);

/// What is not as promised, beyond what chance explains at so many runs.
std::vector<std::string> two_run_faults(const std::vector<TwoRunScenario>& all, const SimulationSize& size);

}  // namespace gravbench::verdicts
