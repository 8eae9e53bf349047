#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "scenario.h"

namespace gravbench::verdicts {

struct SimulationSize {
    std::size_t runs = 4000;
    std::size_t wide_runs = 4000;  ///< of runs with many cells
    std::size_t threads = 2;
    std::uint64_t seed = 1;
};

/// The cells of a run in which a correction for many comparisons shows.
inline constexpr std::size_t wide_cells = 50;

/// The true slowdown that is to be found.
inline constexpr double slowdown = 1.05;

/// How an interval of 95% did.
struct IntervalRates {
    double coverage = 0;      ///< the share of runs whose interval holds the truth
    double median_width = 0;  ///< as a share of the truth
};

struct RuleRates {
    double false_alarms = 0;  ///< of runs without a difference, either direction
    double found = 0;         ///< of runs with the slowdown, called slower
};

/// The share of runs of many cells without any difference that have an alarm all the same.
struct WideRates {
    double uncorrected = 0;  ///< p <= 0.025 that the ratio lies within the tolerance
    double corrected = 0;    ///< the same with the adjusted p
    double corrected_p = 0;  ///< the same without a tolerance
};

/// What became of verdicts that were open: measured anew with as many launches as gravbench named.
struct SettlingRates {
    std::size_t open = 0;     ///< verdicts that were
    std::size_t named = 0;    ///< of these, for which it named launches and not another tolerance
    std::size_t settled = 0;  ///< of these, that many settled it
    double median_launches = 0;
};

struct ScenarioRates {
    Scenario scenario;
    IntervalRates p50;          ///< by bootstrap, as in a document
    IntervalRates p50_student;  ///< by Student's t of the launches' own
    IntervalRates p99;          ///< by jackknife of the typical launch's, as in a document
    IntervalRates p99_student;
    IntervalRates ratio;           ///< of two variants that do not differ, paired as in `run --versus`
    std::vector<RuleRates> rules;  ///< in the order of rules()
    WideRates wide_paired;
    WideRates wide_independent;
    SettlingRates settling_same;    ///< where nothing differs
    SettlingRates settling_slowed;  ///< with the slowdown
};

/// Calls work(0) to work(count - 1), each once. Which thread does it makes no difference to the result.
void in_parallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work);

/// Seeds of cells that never meet: neighbouring numbers are independent (noise_model.h mixes them).
std::uint64_t cell_seed(const SimulationSize& size, std::size_t scenario, std::size_t run, std::size_t cell);

/// Simulates a scenario. `number` tells its random numbers from those of others.
ScenarioRates rates_of(const Scenario& scenario, const SimulationSize& size, std::size_t number);

}  // namespace gravbench::verdicts
