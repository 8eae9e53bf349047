#include "limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>

#include "plan/option.h"
#include "stats/comparison.h"
#include "stats/quantile.h"

namespace gravbench::verdicts {
namespace {

constexpr std::array<std::size_t, 4> fixed_pairs{5, 10, 20, 40};
constexpr std::size_t most_pairs = 250;
constexpr std::array tolerances{0.03, 0.05};

enum class Told { slower, same, inconclusive, faster };

Told judge(const GateRule& rule, const stats::RatioEstimate& ratio, double wanted) {
    const double limit = std::log1p(wanted);
    const double effect = std::log(ratio.value);
    const double tested = std::expm1(rule.share_of_limit * limit);
    const bool is_shown = stats::p_value_within(ratio, tested) <= stats::verdict_level;
    if (is_shown && std::abs(effect) > limit) {
        return effect > 0 ? Told::slower : Told::faster;
    }
    const bool is_within = std::log(ratio.ci95.high) <= limit && std::log(ratio.ci95.low) >= -limit;
    return is_within ? Told::same : Told::inconclusive;
}

std::vector<double> ratios_of(Scenario scenario, std::size_t pairs, std::uint64_t seed) {
    scenario.launches = pairs;
    const LaunchShape shape;
    const Cell base = measure(scenario, shape, seed);
    const Cell other = measure(scenario, shape, seed + 1);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < pairs; ++i) {
        ratios.push_back(other.measured.launch_p50[i] / base.measured.launch_p50[i]);
    }
    return ratios;
}

/// What a run without a difference says by a number of its pairs.
struct Estimate {
    std::size_t pairs = 0;
    stats::RatioEstimate ratio;
};

Estimate estimate_of(const std::vector<double>& ratios, std::size_t pairs) {
    return {pairs, stats::paired_ratio_of(std::span(ratios).first(pairs))};
}

/// As `run --versus` stops, from 5 pairs on. Nothing where these are too few.
std::optional<Estimate> precise(const std::vector<double>& ratios, double wanted) {
    for (std::size_t pairs = fixed_pairs.front(); pairs <= ratios.size(); ++pairs) {
        const Estimate estimate = estimate_of(ratios, pairs);
        if (std::log(estimate.ratio.ci95.high / estimate.ratio.ci95.low) / 2 <=
            plan::RunOptions::share_of_tolerance * wanted) {
            return estimate;
        }
    }
    return std::nullopt;
}

/// A run by all fixed numbers of pairs, and for each tolerance by as many as it takes.
struct Run {
    std::vector<Estimate> fixed;
    std::vector<Estimate> until_precise;
};

Run run_once(const Scenario& scenario, std::uint64_t seed) {
    std::vector<double> ratios = ratios_of(scenario, fixed_pairs.back(), seed);
    Run run;
    for (const std::size_t pairs : fixed_pairs) {
        run.fixed.push_back(estimate_of(ratios, pairs));
    }
    for (const double wanted : tolerances) {
        std::optional<Estimate> found = precise(ratios, wanted);
        if (!found && ratios.size() < most_pairs) {
            ratios = ratios_of(scenario, most_pairs, seed);  // begins with the same ones
            found = precise(ratios, wanted);
        }
        run.until_precise.push_back(found ? *found : estimate_of(ratios, ratios.size()));
    }
    return run;
}

/// Had the new side taken `factor` times as long.
stats::RatioEstimate slowed(stats::RatioEstimate ratio, double factor) {
    ratio.value *= factor;
    ratio.ci95 = {ratio.ci95.low * factor, ratio.ci95.high * factor};
    return ratio;
}

VerdictRates verdict_rates(const std::vector<Estimate>& runs, const GateRule& rule, double truth, double wanted) {
    std::map<Told, double> counts;
    for (const Estimate& run : runs) {
        ++counts[judge(rule, slowed(run.ratio, truth), wanted)];
    }
    const auto count = static_cast<double>(runs.size());
    return {counts[Told::slower] / count, counts[Told::same] / count, counts[Told::inconclusive] / count,
            counts[Told::faster] / count};
}

GateRates rates_of_design(const Scenario& scenario, const std::vector<Estimate>& runs, double wanted) {
    GateRates result{scenario.kind, scenario.between_launches, wanted, 0, 0, {}};
    std::vector<double> pairs;
    for (const Estimate& run : runs) {
        pairs.push_back(static_cast<double>(run.pairs));
    }
    std::sort(pairs.begin(), pairs.end());
    result.median_pairs = stats::quantile(pairs, 0.5);
    for (const GateRule& rule : gate_rules()) {
        result.rates.emplace_back();
        for (const double effect : true_effects) {
            result.rates.back().push_back(verdict_rates(runs, rule, 1 + effect * wanted, wanted));
        }
    }
    return result;
}

std::vector<GateRates> rates_of_scenario(const Scenario& scenario, const SimulationSize& size, std::size_t number) {
    std::vector<Run> runs(size.runs);
    in_parallel(size.runs, size.threads,
                [&](std::size_t run) { runs[run] = run_once(scenario, cell_seed(size, number, run, 0)); });
    const auto all_of = [&](std::vector<Estimate> Run::*designs, std::size_t design) {
        std::vector<Estimate> estimates;
        for (const Run& run : runs) {
            estimates.push_back((run.*designs)[design]);
        }
        return estimates;
    };
    std::vector<GateRates> rates;
    for (std::size_t i = 0; i < tolerances.size(); ++i) {
        for (std::size_t design = 0; design < fixed_pairs.size(); ++design) {
            rates.push_back(rates_of_design(scenario, all_of(&Run::fixed, design), tolerances[i]));
            rates.back().pairs = fixed_pairs[design];
        }
        rates.push_back(rates_of_design(scenario, all_of(&Run::until_precise, i), tolerances[i]));
    }
    return rates;
}

std::string cells_of(const VerdictRates& rates) {
    return fmt::format(" | {:5.1f} {:5.1f} {:5.1f} {:5.1f}", 100 * rates.slower, 100 * rates.same,
                       100 * rates.inconclusive, 100 * rates.faster);
}

}  // namespace

const std::vector<GateRule>& gate_rules() {
    static const std::vector<GateRule> table{
        {"against 1", "beyond the tolerance, and shown to differ from 1", 0},
        {"half", "beyond the tolerance, and shown to lie beyond half of it", 0.5},
        {"limit", "shown to lie beyond the tolerance", 1},
    };
    return table;
}

std::vector<GateRates> gate_rates(const SimulationSize& size) {
    std::vector<GateRates> all;
    std::size_t number = 0;
    for (const char* kind : {"plain", "autocorrelated", "drifting", "heavy-tailed"}) {
        for (const double between : {0.01, 0.02, 0.05}) {
            const Scenario scenario{kind, between, fixed_pairs.back(), model_of(kind, between, fixed_pairs.back()),
                                    0,    0};
            const std::vector<GateRates> rates = rates_of_scenario(scenario, size, number++);
            all.insert(all.end(), rates.begin(), rates.end());
        }
    }
    return all;
}

std::string gate_table(const std::vector<GateRates>& all, const SimulationSize& size) {
    std::string text = fmt::format("Of {} runs, in percent: slower, same, inconclusive, faster.\n", size.runs);
    for (const GateRule& rule : gate_rules()) {
        text += fmt::format("  {:10} {}\n", rule.name, rule.what);
    }
    text += fmt::format("\n{:14} {:>7} {:>9} {:>10} {:10}", "noise", "between", "tolerance", "pairs", "rule");
    for (const char* truth : {"1", "1 + t/2", "1 + t", "1 + 2t"}) {
        text += fmt::format(" | {:^23}", truth);
    }
    text += "\n";
    for (const GateRates& one : all) {
        const std::string pairs =
            one.pairs > 0 ? std::to_string(one.pairs) : fmt::format("until {:.0f}", one.median_pairs);
        for (std::size_t rule = 0; rule < one.rates.size(); ++rule) {
            text += fmt::format("{:14} {:>6.0f}% {:>8.0f}% {:>10} {:10}", one.kind, 100 * one.between_launches,
                                100 * one.tolerance, pairs, gate_rules()[rule].name);
            for (const VerdictRates& rates : one.rates[rule]) {
                text += cells_of(rates);
            }
            text += "\n";
        }
    }
    return text;
}

}  // namespace gravbench::verdicts
