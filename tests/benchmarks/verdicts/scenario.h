#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "noise_model/noise_model.h"
#include "rules.h"
#include "stats/bootstrap.h"
#include "stats/variance.h"

namespace gravbench::verdicts {

/// A kind of noise and a number of launches.
struct Scenario {
    std::string kind;  ///< "plain", "autocorrelated", "drifting", "heavy-tailed"
    double between_launches = 0;
    std::size_t launches = 5;
    noise::Model model;  ///< of which only the seed differs from one cell to the next
    double p50 = 0;      ///< the truth: a typical launch's figure, slowed as launches are on average by drift
    double p99 = 0;
};

/// The noise of a kind. Drift is 12% over that many launches.
noise::Model model_of(const std::string& kind, double between_launches, std::size_t launches);

/// How much of a cell is measured in each launch.
struct LaunchShape {
    std::size_t blocks = 3;
    std::size_t samples = 100;  ///< each block's; p99 needs 67
};

/// Every kind, with deviations between launches of 0, 2, 5 and 11%, with 5, 12 and 24 launches.
std::vector<Scenario> all_scenarios();

/// One cell as it was measured.
struct Cell {
    Measured measured;
    std::vector<stats::LaunchFigure> p50;
    std::vector<double> p99;  ///< the launches' own
    stats::Samples samples;
};

Cell measure(const Scenario& scenario, const LaunchShape& shape, std::uint64_t seed);

}  // namespace gravbench::verdicts
