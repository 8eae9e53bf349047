#include "chosen_design.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compare/verdict.h"
#include "figures/latency.h"
#include "run/design.h"
#include "stats/comparison.h"
#include "stats/quantile.h"

namespace gravbench::verdicts {
namespace {

using compare::Verdict;

/// A model like distilbert-sst2 at sequence length 16.
constexpr double median_s = 0.008;
constexpr double start_s = 0.9;
constexpr double around_block_s = 0.025 + median_s;
constexpr double most_s = 40;

/// The rule of `run --versus` where nothing else is asked for.
const compare::VerdictRule rule;

plan::Plan plan_for(std::size_t cells, bool has_given_shape) {
    plan::Plan plan;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        plan.cells.emplace_back();
        plan.cells.back().key = std::to_string(cell);
    }
    if (cells == 2) {
        plan.versus.push_back({0, 1});
        plan.options.versus = plan::RunOptions::same_settings;
    }
    if (has_given_shape) {
        plan.options.given = {"blocks", "duration"};
    }
    return plan;
}

/// By number, as if all blocks were as fast: a block by time has more inferences where it is faster, so that a launch's
/// median leans that way. Of a real machine that is true, but here the truth is the model's.
std::int64_t inferences_of(const plan::BlockLength& block) {
    if (block.iterations) {
        return *block.iterations;
    }
    return std::max<std::int64_t>(block.least_iterations,
                                  std::llround(static_cast<double>(block.duration.count()) / (1e9 * median_s)));
}

records::LaunchRecord simulated(const noise::Model& model, const plan::LaunchShape& shape, int number) {
    noise::Launch noise(model, static_cast<std::uint64_t>(number));
    records::LaunchRecord record;
    records::Launch& launch = record.launch;
    launch.number = number;
    launch.busy_ns = static_cast<std::int64_t>(1e9 * (start_s + around_block_s * shape.blocks));
    for (int i = 0; i < shape.blocks; ++i) {
        records::Block block;
        noise.begin_block();
        for (std::int64_t left = inferences_of(shape.block); left > 0; --left) {
            block.samples_ns.push_back(static_cast<std::int64_t>(noise.next()));
            block.wall_ns += block.samples_ns.back();
        }
        launch.busy_ns += block.wall_ns;
        launch.blocks.push_back(std::move(block));
    }
    return record;
}

/// What a run measured, cell by cell, until its design had enough or its time was over.
struct Run {
    std::vector<figures::Launches> cells;
    double seconds = 0;
};

Run run_through(const plan::Plan& plan, const noise::Model& model, std::uint64_t seed) {
    const auto design = run::design_for(plan);
    Run run{std::vector<figures::Launches>(plan.cells.size()), 0};
    double longest = 0;
    while (const auto wave = design->next()) {
        if (run.seconds + longest > most_s) {
            break;
        }
        const double begin = run.seconds;
        for (const std::size_t cell : wave->units.front()) {
            noise::Model of_cell = model;
            of_cell.seed = seed + cell;
            const records::LaunchRecord record = simulated(of_cell, wave->shapes.front(), wave->number);
            design->observe(cell, record);
            run.seconds += static_cast<double>(record.launch.busy_ns) / 1e9;
            run.cells[cell].push_back(record.launch);
        }
        longest = std::max(longest, run.seconds - begin);
    }
    return run;
}

stats::RatioEstimate ratio_of(const Run& run) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < run.cells[0].size(); ++i) {
        ratios.push_back(*figures::launch_figure(run.cells[1][i], "p50") /
                         *figures::launch_figure(run.cells[0][i], "p50"));
    }
    return stats::paired_ratio_of(ratios);
}

Verdict verdict_of(stats::RatioEstimate ratio, double factor) {
    ratio.value *= factor;
    ratio.ci95 = {ratio.ci95.low * factor, ratio.ci95.high * factor};
    return compare::verdict_of(ratio, compare::p_values_of({ratio}, rule.tolerance).front(), true, rule);
}

bool holds(const stats::Interval& interval, double truth) {
    return interval.low <= truth && truth <= interval.high;
}

double median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return stats::quantile(values, 0.5);
}

DesignRates rates_of(const noise::Model& model, bool has_given_shape, const SimulationSize& size, std::size_t number) {
    std::vector<Run> runs(size.runs);
    std::vector<char> holds_p50(size.runs);
    in_parallel(size.runs, size.threads, [&](std::size_t i) {
        const std::uint64_t seed = cell_seed(size, number, i, 0);
        runs[i] = run_through(plan_for(2, has_given_shape), model, seed);
        const Run single = run_through(plan_for(1, has_given_shape), model, seed);
        const auto interval = figures::latency_figure(single.cells[0], "p50").ci95;
        holds_p50[i] = interval && holds(*interval, 1e3 * median_s) ? 1 : 0;
    });
    DesignRates rates;
    std::vector<double> seconds;
    std::vector<double> launches;
    const double share = 1 / static_cast<double>(size.runs);
    for (const Run& run : runs) {
        const stats::RatioEstimate ratio = ratio_of(run);
        const Verdict verdict = verdict_of(ratio, 1);
        rates.coverage += holds(ratio.ci95, 1) ? share : 0;
        rates.false_alarms += verdict == Verdict::worse || verdict == Verdict::better ? share : 0;
        rates.settled += verdict == Verdict::inconclusive ? 0 : share;
        rates.found += verdict_of(ratio, slowdown) == Verdict::worse ? share : 0;
        seconds.push_back(run.seconds);
        launches.push_back(static_cast<double>(run.cells[0].size()));
    }
    rates.coverage_of_p50 = share * static_cast<double>(std::count(holds_p50.begin(), holds_p50.end(), 1));
    rates.median_seconds = median_of(seconds);
    rates.median_launches = median_of(launches);
    return rates;
}

std::string described(const DesignScenario& scenario) {
    return fmt::format("{:14} {:>7.1f}% {:>6.0f}%", scenario.kind, 100 * scenario.between_launches,
                       100 * scenario.between_blocks);
}

std::string cells_of(const DesignRates& rates) {
    return fmt::format(" | {:5.1f} {:5.1f} {:5.1f} {:5.1f} {:5.1f} {:6.1f} {:4.0f}", 100 * rates.coverage_of_p50,
                       100 * rates.coverage, 100 * rates.false_alarms, 100 * rates.settled, 100 * rates.found,
                       rates.median_seconds, rates.median_launches);
}

}  // namespace

std::vector<DesignScenario> design_rates(const SimulationSize& size) {
    std::vector<DesignScenario> all;
    for (const char* kind : {"plain", "autocorrelated", "heavy-tailed"}) {
        for (const double between_launches : {0.002, 0.01, 0.03}) {
            for (const double between_blocks : {0.01, 0.06}) {
                noise::Model model = model_of(kind, between_launches, 2);
                model.median = 1e9 * median_s;
                model.between_blocks = between_blocks;
                const std::size_t number = all.size();
                all.push_back({kind, between_launches, between_blocks, rates_of(model, true, size, number),
                               rates_of(model, false, size, number)});
            }
        }
    }
    return all;
}

std::string design_table(const std::vector<DesignScenario>& all, const SimulationSize& size) {
    std::string text = fmt::format(
        "Of {} runs of at most {:.0f} s, in percent: intervals that hold a cell's p50, and the ratio; false alarms "
        "beyond {:.0f}%,\nverdicts that are settled, slowdowns by {:.0f}% that are found; seconds and launches of the "
        "middle one.\n\n{:14} {:>8} {:>7} | {:^42} | {:^42}\n{:31} | {:^42} | {:^42}\n",
        size.runs, most_s, 100 * rule.tolerance, 100 * (slowdown - 1), "noise", "launches", "blocks",
        "2 blocks of 500 ms", "chosen", "", "p50 ratio alarm settled found seconds launches",
        "p50 ratio alarm settled found seconds launches");
    for (const DesignScenario& scenario : all) {
        text += described(scenario) + cells_of(scenario.given) + cells_of(scenario.chosen) + "\n";
    }
    return text;
}

std::vector<std::string> design_faults(const std::vector<DesignScenario>& all, const SimulationSize& size) {
    const double chance = 3 * std::sqrt(0.05 * 0.95 / static_cast<double>(size.runs));
    std::vector<std::string> faults;
    for (const DesignScenario& scenario : all) {
        const DesignRates& rates = scenario.chosen;
        // A run that ends when its interval is narrow ends more often where launches agree by chance.
        constexpr double least_coverage = 0.905;
        for (const double coverage : {rates.coverage, rates.coverage_of_p50}) {
            if (coverage < least_coverage - chance || coverage > 0.97 + chance) {
                faults.push_back(
                    fmt::format("{}: intervals hold the truth in {:.1f}%", described(scenario), 100 * coverage));
            }
        }
        if (rates.false_alarms > rule.false_discovery_rate + chance) {
            faults.push_back(fmt::format("{}: {:.1f}% false alarms", described(scenario), 100 * rates.false_alarms));
        }
        // Where neighbouring inferences are alike, blocks say less than it is supposed, whatever the design.
        if (scenario.kind != "autocorrelated" && rates.median_seconds > scenario.given.median_seconds) {
            faults.push_back(fmt::format("{}: the chosen design takes {:.1f} s, the given one {:.1f}",
                                         described(scenario), rates.median_seconds, scenario.given.median_seconds));
        }
    }
    return faults;
}

}  // namespace gravbench::verdicts
