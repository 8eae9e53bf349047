#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/fairness.h"
#include "compare/matching.h"
#include "stats/comparison.h"

namespace gravbench::compare {

/// How one rate of the yardstick (machine/yardstick.h) in the new run relates to that in the base: whether the machine
/// itself was the same.
struct SpeedRatio {
    std::string rate;  ///< of a YardstickRate: "memory_gb_per_s"
    int threads = 1;
    stats::RatioEstimate ratio;  ///< new/base of what it reads, whichever direction is better
};

/// Of the cells that match, for each number of threads and each rate that both runs read in at least two rounds of
/// launches. A round is the launches of one number, whose readings count as one: those of the cells were taken in turn.
/// Empty within one run, whose sides share the machine's moods.
std::vector<SpeedRatio> machine_speeds(const document::Document& base, const document::Document& other,
                                       const Matches& matches);

/// Names those that differ by more than 2%, where that they differ is shown: by p-values that are adjusted over all of
/// them, as verdicts' are. Nothing where none does.
std::optional<Warning> unlike_speeds(const std::vector<SpeedRatio>& speeds);

/// "memory -12.8% [-17.1%, -8.6%]"
std::string describe(const SpeedRatio& speed);

}  // namespace gravbench::compare
