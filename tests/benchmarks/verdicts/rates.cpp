#include "rates.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <thread>

#include "stats/comparison.h"
#include "stats/launch_interval.h"
#include "stats/quantile.h"
#include "stats/typical_quantile.h"

namespace gravbench::verdicts {

void in_parallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work) {
    std::vector<std::thread> working;
    for (std::size_t part = 0; part < threads; ++part) {
        working.emplace_back([&, part] {
            for (std::size_t i = part; i < count; i += threads) {
                work(i);
            }
        });
    }
    for (std::thread& thread : working) {
        thread.join();
    }
}

std::uint64_t cell_seed(const SimulationSize& size, std::size_t scenario, std::size_t run, std::size_t cell) {
    return (((size.seed * 1000 + scenario) * 1'000'000 + run) * 1000) + cell;
}

namespace {

template <typename Runs, typename Holds>
double share(const Runs& runs, Holds holds) {
    return static_cast<double>(std::count_if(runs.begin(), runs.end(), holds)) / static_cast<double>(runs.size());
}

/// One run of one cell, and of two variants of it.
struct Run {
    stats::Interval p50;
    stats::Interval p50_student;
    stats::Interval p99;
    stats::Interval p99_student;
    stats::Interval ratio;
    std::vector<Decision> without_difference;  ///< in the order of rules()
    std::vector<Decision> with_slowdown;
};

Run run_once(const Scenario& scenario, const SimulationSize& size, std::size_t number, std::size_t run) {
    const LaunchShape shape;
    const std::uint64_t seed = cell_seed(size, number, run, 0);
    const Cell base = measure(scenario, shape, seed);
    const Cell other = measure(scenario, shape, seed + 1);
    const Measured slowed = scaled(other.measured, slowdown);
    Run result{*stats::bootstrap_interval(base.p50, seed),
               *stats::positive_launch_interval(base.measured.launch_p50),
               *stats::typical_quantiles(base.samples, std::vector<double>{0.99}).front().ci95,
               *stats::positive_launch_interval(base.p99),
               paired_ratio(base.measured, other.measured).ci95,
               {},
               {}};
    for (const Rule& rule : rules()) {
        result.without_difference.push_back(rule.judge(base.measured, other.measured));
        result.with_slowdown.push_back(rule.judge(base.measured, slowed));
    }
    return result;
}

IntervalRates interval_rates(const std::vector<Run>& runs, stats::Interval Run::*interval, double truth) {
    std::vector<double> widths;
    for (const Run& run : runs) {
        widths.push_back(((run.*interval).high - (run.*interval).low) / truth);
    }
    std::sort(widths.begin(), widths.end());
    return {share(runs, [&](const Run& run) { return (run.*interval).low <= truth && truth <= (run.*interval).high; }),
            stats::quantile(widths, 0.5)};
}

/// Whether a run of many cells without differences had an alarm.
struct WideRun {
    bool is_uncorrected = false;
    bool is_corrected = false;
    bool is_corrected_p = false;
};

WideRun judge_wide(const std::vector<stats::RatioEstimate>& ratios) {
    const auto is_alarm = [](double p_value) { return p_value <= stats::verdict_level; };
    const auto p_values_of = [&](double limit) {
        std::vector<double> p_values;
        for (const stats::RatioEstimate& ratio : ratios) {
            p_values.push_back(stats::p_value_within(ratio, limit));
        }
        return p_values;
    };
    const auto has_alarm = [&](const std::vector<double>& p_values) {
        return std::any_of(p_values.begin(), p_values.end(), is_alarm);
    };
    return {has_alarm(p_values_of(tolerance)), has_alarm(stats::adjusted_p_values(p_values_of(tolerance))),
            has_alarm(stats::adjusted_p_values(p_values_of(0)))};
}

struct WidePair {
    WideRun paired;
    WideRun independent;
};

WidePair run_wide(const Scenario& scenario, const SimulationSize& size, std::size_t number, std::size_t run) {
    // Only p50 is looked at, for which few samples do.
    const LaunchShape shape{1, 30};
    std::vector<stats::RatioEstimate> paired;
    std::vector<stats::RatioEstimate> independent;
    for (std::size_t i = 0; i < wide_cells; ++i) {
        // Beyond the runs of one cell.
        const std::uint64_t seed = cell_seed(size, number, size.runs + run, 2 * i);
        const Cell base = measure(scenario, shape, seed);
        const Cell other = measure(scenario, shape, seed + 1);
        paired.push_back(paired_ratio(base.measured, other.measured));
        independent.push_back(stats::independent_ratio(base.measured.launch_p50, other.measured.launch_p50));
    }
    return {judge_wide(paired), judge_wide(independent)};
}

/// What is open, named, and settled of one run.
struct Settling {
    bool is_open = false;
    bool is_named = false;
    bool is_settled = false;
    std::size_t launches = 0;
};

bool is_settled(const stats::RatioEstimate& ratio) {
    const double limit = std::log1p(tolerance);
    const bool is_shown = stats::p_value_within(ratio, tolerance) <= stats::verdict_level;
    return is_shown || (std::log(ratio.ci95.high) <= limit && std::log(ratio.ci95.low) >= -limit);
}

stats::RatioEstimate ratio_of(Scenario scenario, std::size_t launches, std::uint64_t seed, double factor) {
    // The machine drifts by as much over a longer run.
    scenario.model.drift *= static_cast<double>(scenario.launches - 1) / static_cast<double>(launches - 1);
    scenario.launches = launches;
    const LaunchShape shape{1, 30};
    return paired_ratio(measure(scenario, shape, seed).measured,
                        scaled(measure(scenario, shape, seed + 1).measured, factor));
}

Settling settle(const Scenario& scenario, std::uint64_t seed, double factor) {
    const stats::RatioEstimate ratio = ratio_of(scenario, scenario.launches, seed, factor);
    Settling result;
    result.is_open = !is_settled(ratio);
    if (result.is_open) {
        result.launches = stats::launches_to_settle(ratio, scenario.launches, tolerance, scenario.launches + 1);
        result.is_named = result.launches <= stats::most_launches_to_settle;
    }
    result.is_settled = result.is_named && is_settled(ratio_of(scenario, result.launches, seed + 2, factor));
    return result;
}

SettlingRates settling_rates(const Scenario& scenario, const SimulationSize& size, std::size_t number, double factor) {
    std::vector<Settling> runs(size.runs);
    in_parallel(size.runs, size.threads, [&](std::size_t run) {
        runs[run] = settle(scenario, cell_seed(size, number, size.runs + size.wide_runs + run, 0), factor);
    });
    const auto count = [&](bool Settling::*is) {
        return static_cast<std::size_t>(
            std::count_if(runs.begin(), runs.end(), [&](const auto& run) { return run.*is; }));
    };
    std::vector<double> launches;
    for (const Settling& run : runs) {
        if (run.is_named) {
            launches.push_back(static_cast<double>(run.launches));
        }
    }
    std::sort(launches.begin(), launches.end());
    return {count(&Settling::is_open), count(&Settling::is_named), count(&Settling::is_settled),
            launches.empty() ? 0 : stats::quantile(launches, 0.5)};
}

WideRates wide_rates(const std::vector<WidePair>& runs, WideRun WidePair::*side) {
    return {share(runs, [&](const WidePair& run) { return (run.*side).is_uncorrected; }),
            share(runs, [&](const WidePair& run) { return (run.*side).is_corrected; }),
            share(runs, [&](const WidePair& run) { return (run.*side).is_corrected_p; })};
}

}  // namespace

ScenarioRates rates_of(const Scenario& scenario, const SimulationSize& size, std::size_t number) {
    std::vector<Run> runs(size.runs);
    in_parallel(size.runs, size.threads, [&](std::size_t run) { runs[run] = run_once(scenario, size, number, run); });
    std::vector<WidePair> wide(size.wide_runs);
    in_parallel(size.wide_runs, size.threads,
                [&](std::size_t run) { wide[run] = run_wide(scenario, size, number, run); });

    ScenarioRates rates;
    rates.scenario = scenario;
    rates.p50 = interval_rates(runs, &Run::p50, scenario.p50);
    rates.p50_student = interval_rates(runs, &Run::p50_student, scenario.p50);
    rates.p99 = interval_rates(runs, &Run::p99, scenario.p99);
    rates.p99_student = interval_rates(runs, &Run::p99_student, scenario.p99);
    rates.ratio = interval_rates(runs, &Run::ratio, 1);
    for (std::size_t rule = 0; rule < rules().size(); ++rule) {
        rates.rules.push_back(
            {share(runs, [&](const Run& run) { return run.without_difference[rule] != Decision::none; }),
             share(runs, [&](const Run& run) { return run.with_slowdown[rule] == Decision::slower; })});
    }
    rates.wide_paired = wide_rates(wide, &WidePair::paired);
    rates.wide_independent = wide_rates(wide, &WidePair::independent);
    // More launches leave less open; how many are named does not depend on how many there were.
    if (scenario.launches == 5) {
        rates.settling_same = settling_rates(scenario, size, number, 1);
        rates.settling_slowed = settling_rates(scenario, size, number, slowdown);
    }
    return rates;
}

}  // namespace gravbench::verdicts
