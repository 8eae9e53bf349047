#pragma once

#include <cstddef>
#include <span>

namespace gravbench::stats {

/// Where warm-up ends.
struct SteadyState {
    std::size_t begin = 0;   ///< the first sample that belongs to the steady state
    bool is_steady = false;  ///< false where the samples end before it can be told: take more
};

/// Finds the end of warm-up in a launch's samples in order of time by MSER-5: the truncation that leaves the smallest
/// standard error of the remaining mean, over means of 5 (White, "An effective truncation heuristic for bias reduction
/// in simulation output", Simulation 1997; White, Cobb and Spratt 2000). It is taken as found only in the first half of
/// the samples, as its authors advise; else `is_steady` is false. Spikes are clipped first (modified z-score,
/// outlier.h), so that one late disturbance is not mistaken for the end of warm-up. Fewer than 10 samples are taken one
/// by one (MSER-1); fewer than 3 are never steady.
SteadyState find_steady_state(std::span<const double> samples);

}  // namespace gravbench::stats
