#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rates.h"

/// Which rule makes the better gate: each rule's verdicts at true ratios about the tolerance (docs/compare.md).
namespace gravbench::verdicts {

/// The verdicts of one rule, as shares of the runs.
struct VerdictRates {
    double slower = 0;
    double same = 0;
    double inconclusive = 0;
    double faster = 0;
};

/// A ratio is tested against this: 1, the tolerance's limit, or half way between.
struct GateRule {
    const char* name;
    const char* what;
    double share_of_limit;
};
const std::vector<GateRule>& gate_rules();

/// True ratios of 1, 1 + t/2, 1 + t, 1 + 2t, as multiples of t.
inline constexpr double true_effects[] = {0, 0.5, 1, 2};

/// How all rules judge one design of paired launches.
struct GateRates {
    std::string kind;  ///< of noise
    double between_launches = 0;
    double tolerance = 0;
    std::size_t pairs = 0;                         ///< 0: until the interval is narrow enough, as `run --versus` has it
    double median_pairs = 0;                       ///< that it took
    std::vector<std::vector<VerdictRates>> rates;  ///< by rule and true effect
};

std::vector<GateRates> gate_rates(const SimulationSize& size);

std::string gate_table(const std::vector<GateRates>& all, const SimulationSize& size);

}  // namespace gravbench::verdicts
