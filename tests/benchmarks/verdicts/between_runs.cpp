#include "between_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>

#include "compare/run_history.h"
#include "compare/verdict.h"
#include "stats/quantile.h"
#include "stats/run_spread.h"

namespace gravbench::verdicts {
namespace {

constexpr std::size_t most_earlier = 30;
constexpr double drawn = -1;  ///< a deviation between runs as assumed
const compare::VerdictRule rule;

/// Launches' figures of one run: the launches' own effects, and one that all of them share.
std::vector<double> run_of(const Scenario& scenario, double between_runs, std::uint64_t seed) {
    const LaunchShape shape{1, 10};
    noise::Random random(seed);
    const double effect = std::exp(between_runs * random.effect(scenario.model.tail));
    std::vector<double> figures = measure(scenario, shape, seed).measured.launch_p50;
    for (double& figure : figures) {
        figure *= effect;
    }
    return figures;
}

double deviation_as_assumed(std::uint64_t seed) {
    const stats::EstimatedVariance& variance = compare::assumed_spread.variance;
    const boost::math::chi_squared distribution(variance.degrees_of_freedom);
    const double probability = noise::Random(seed).uniform();
    return std::sqrt(variance.value * variance.degrees_of_freedom / boost::math::quantile(distribution, probability));
}

/// One pair of runs of one program, by the launches alone and by each number of earlier runs.
struct Pair {
    stats::RatioEstimate by_launches;
    std::vector<stats::RatioEstimate> by_runs;
};

Pair pair_of(const Scenario& scenario, double between_runs, const SimulationSize& size, std::size_t number,
             std::size_t run) {
    const double deviation =
        between_runs < 0 ? deviation_as_assumed(cell_seed(size, number, run, most_earlier + 2)) : between_runs;
    const auto one = [&](std::size_t i) { return run_of(scenario, deviation, cell_seed(size, number, run, i)); };
    const std::vector<double> base = one(0);
    const std::vector<double> other = one(1);
    Pair pair{stats::independent_ratio(base, other), {}};
    stats::Runs earlier(1);
    for (const std::size_t count : earlier_runs) {
        while (earlier.front().size() < count) {
            earlier.front().push_back(stats::centre_of(one(2 + earlier.front().size())));
        }
        const stats::RunSpread spread = stats::run_spread_of(earlier).value_or(compare::assumed_spread);
        pair.by_runs.push_back(stats::ratio_of_runs(base, spread, other, spread, true));
    }
    return pair;
}

compare::Verdict verdict_on(stats::RatioEstimate ratio, double truth) {
    ratio.value *= truth;
    ratio.ci95 = {ratio.ci95.low * truth, ratio.ci95.high * truth};
    const double p_value = stats::p_value_within(ratio, rule.tolerance);
    return compare::verdict_of(ratio, compare::PValue{p_value, p_value}, true, rule);
}

TwoRunRates rates_of(const std::vector<stats::RatioEstimate>& ratios) {
    const auto share = [&](auto holds) {
        return static_cast<double>(std::count_if(ratios.begin(), ratios.end(), holds)) /
               static_cast<double>(ratios.size());
    };
    TwoRunRates rates;
    rates.coverage = share([](const auto& ratio) { return ratio.ci95.low <= 1 && ratio.ci95.high >= 1; });
    rates.false_alarms = share([](const auto& ratio) {
        const compare::Verdict verdict = verdict_on(ratio, 1);
        return verdict == compare::Verdict::worse || verdict == compare::Verdict::better;
    });
    std::vector<double> widths;
    for (const stats::RatioEstimate& ratio : ratios) {
        widths.push_back(ratio.ci95.high - ratio.ci95.low);
    }
    std::sort(widths.begin(), widths.end());
    rates.median_width = stats::quantile(widths, 0.5);
    for (const double truth : run_slowdowns) {
        rates.found.push_back(
            share([&](const auto& ratio) { return verdict_on(ratio, truth) == compare::Verdict::worse; }));
    }
    return rates;
}

void simulate(TwoRunScenario& scenario, const SimulationSize& size, std::size_t number) {
    const Scenario launches{scenario.kind,
                            scenario.between_launches,
                            scenario.launches,
                            model_of(scenario.kind, scenario.between_launches, scenario.launches),
                            0,
                            0};
    std::vector<Pair> pairs(size.runs);
    in_parallel(size.runs, size.threads,
                [&](std::size_t run) { pairs[run] = pair_of(launches, scenario.between_runs, size, number, run); });
    std::vector<stats::RatioEstimate> ratios;
    for (const Pair& pair : pairs) {
        ratios.push_back(pair.by_launches);
    }
    scenario.by_launches_alone = rates_of(ratios);
    for (std::size_t known = 0; known < std::size(earlier_runs); ++known) {
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            ratios[i] = pairs[i].by_runs[known];
        }
        scenario.rates.push_back(rates_of(ratios));
    }
}

std::string described(const TwoRunScenario& scenario) {
    const std::string between =
        scenario.between_runs < 0 ? "assumed" : fmt::format("{:.0f}%", 100 * scenario.between_runs);
    return fmt::format("{:14} {:>7.0f}% {:>8} {:>8}", scenario.kind, 100 * scenario.between_launches, scenario.launches,
                       between);
}

std::string cells_of(const TwoRunRates& rates) {
    return fmt::format(" | {:5.1f} {:4.1f} {:5.1f} {:3.0f} {:3.0f} {:3.0f}", 100 * rates.coverage,
                       100 * rates.false_alarms, 100 * rates.median_width, 100 * rates.found[0], 100 * rates.found[1],
                       100 * rates.found[2]);
}

}  // namespace

std::vector<TwoRunScenario> two_run_rates(const SimulationSize& size) {
    std::vector<TwoRunScenario> all;
    for (const char* kind : {"plain", "autocorrelated", "heavy-tailed"}) {
        for (const std::size_t launches : {5, 12}) {
            for (const double between_launches : {0.01, 0.03}) {
                for (const double between_runs : {0.0, 0.01, 0.03, 0.06, drawn}) {
                    all.push_back({kind, between_launches, between_runs, launches, {}, {}});
                    simulate(all.back(), size, all.size());
                }
            }
        }
    }
    return all;
}

std::string two_run_table(const std::vector<TwoRunScenario>& all, const SimulationSize& size) {
    std::string text = fmt::format(
        "Of {} pairs of runs, in percent: intervals that hold the truth, false alarms beyond {:.0f}%, median width of "
        "the interval,\nand slowdowns by 5, 10 and 20% that are found.\n\n{:14} {:>8} {:>8} {:>8}",
        size.runs, 100 * rule.tolerance, "noise", "between", "launches", "runs");
    text += fmt::format(" | {:^29}", "by launches alone");
    for (const std::size_t known : earlier_runs) {
        text += fmt::format(" | {:^29}", known == 0 ? "assumed" : fmt::format("by {} earlier runs", known));
    }
    text += "\n";
    for (const TwoRunScenario& scenario : all) {
        text += described(scenario) + cells_of(scenario.by_launches_alone);
        for (const TwoRunRates& rates : scenario.rates) {
            text += cells_of(rates);
        }
        text += "\n";
    }
    return text;
}

std::vector<std::string> two_run_faults(const std::vector<TwoRunScenario>& all, const SimulationSize& size) {
    const double chance = 3 * std::sqrt(0.05 * 0.95 / static_cast<double>(size.runs));
    std::vector<std::string> faults;
    double most_by_launches_alone = 0;
    for (const TwoRunScenario& scenario : all) {
        most_by_launches_alone = std::max(most_by_launches_alone, scenario.by_launches_alone.false_alarms);
        for (std::size_t i = 0; i < std::size(earlier_runs); ++i) {
            // What is assumed holds for machines as they are assumed to be.
            if ((earlier_runs[i] == 0) != (scenario.between_runs < 0)) {
                continue;
            }
            const TwoRunRates& rates = scenario.rates[i];
            // A mean and a deviation are not all that there is to say of heavy tails.
            const bool is_heavy = scenario.kind == "heavy-tailed";
            if (rates.coverage < (is_heavy ? 0.91 : 0.93) - chance || rates.coverage > 0.975 + chance) {
                faults.push_back(fmt::format("{}, {} earlier runs: intervals hold the truth in {:.1f}%",
                                             described(scenario), earlier_runs[i], 100 * rates.coverage));
            }
            if (rates.false_alarms > (is_heavy ? 2 : 1) * rule.false_discovery_rate + chance) {
                faults.push_back(fmt::format("{}, {} earlier runs: {:.1f}% false alarms", described(scenario),
                                             earlier_runs[i], 100 * rates.false_alarms));
            }
        }
    }
    if (most_by_launches_alone < 0.1) {
        faults.push_back("launches alone raise no false alarms: the simulation has no spread between runs");
    }
    return faults;
}

}  // namespace gravbench::verdicts
