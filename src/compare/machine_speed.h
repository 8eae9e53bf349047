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
/// launches. One round is one number: its readings were taken within seconds of each other, whatever the cell. Empty
/// within one run, whose sides share the machine's moods.
std::vector<SpeedRatio> machine_speeds(const document::Document& base, const document::Document& other,
                                       const Matches& matches);

/// Names those that differ by more than 2%, and whose intervals say so too; nothing where none does.
std::optional<Warning> unlike_speeds(const std::vector<SpeedRatio>& speeds);

/// "memory -12.8% [-17.1%, -8.6%]"
std::string describe(const SpeedRatio& speed);

}  // namespace gravbench::compare
