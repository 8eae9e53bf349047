#include "results/noise_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/clock.h"
#include "results/latency.h"
#include "results/precision.h"
#include "stats/outlier.h"
#include "stats/quantile.h"
#include "stats/summary.h"
#include "stats/trend.h"
#include "stats/variance.h"

namespace gravbench::results {
namespace {

std::vector<double> figures_of(const std::vector<LaunchRecord>& launches, const std::string& metric) {
    std::vector<double> values;
    for (const stats::LaunchFigure& launch :
         launch_figures(launches, metric).value_or(std::vector<stats::LaunchFigure>())) {
        values.push_back(launch.value);
    }
    return values;
}

/// Of the logarithms, without the run's trend, which the interval leaves out too.
double deviation_of(const std::vector<double>& figures) {
    return stats::mean_of_run(stats::logarithms(figures)).standard_error *
           std::sqrt(static_cast<double>(figures.size()));
}

std::chrono::nanoseconds mean_launch(const std::vector<LaunchRecord>& launches) {
    std::int64_t sum = 0;
    for (const LaunchRecord& launch : launches) {
        sum += launch.busy_ns;
    }
    return std::chrono::nanoseconds(sum / static_cast<std::int64_t>(launches.size()));
}

/// Variants that are measured against each other are judged by their ratio.
void add_not_converged(const std::vector<LaunchRecord>& launches, const plan::RunOptions& options,
                       std::vector<Problem>& problems) {
    if (options.has_fixed_launches || options.has_versus() || launches.size() < 2) {
        return;
    }
    const double wanted = options.wanted_precision();
    const auto reached = half_width(launches, options.metric);
    if (!reached) {
        problems.push_back({"not_converged", fmt::format("{} has no interval: see the reason beside it; longer blocks "
                                                         "(--duration, --blocks) have more samples",
                                                         options.metric)});
        return;
    }
    if (*reached <= wanted) {
        return;
    }
    const std::size_t needed =
        stats::launches_needed(deviation_of(figures_of(launches, options.metric)), wanted);
    const auto more = static_cast<std::int64_t>(std::max(needed, launches.size() + 1) - launches.size());
    problems.push_back(
        {"not_converged",
         fmt::format("{} is known to {:.1f}%, wanted was {:.1f}%: about {} launches more would do, {}", options.metric,
                     100 * *reached, 100 * wanted, more, describe_duration(mean_launch(launches) * more))});
}

/// A launch without its disturbed blocks.
std::optional<LaunchRecord> undisturbed_part(LaunchRecord launch) {
    std::erase_if(launch.blocks, [](const Block& block) { return !machine::reasons(block.disturbance).empty(); });
    return launch.blocks.empty() ? std::nullopt : std::optional(std::move(launch));
}

/// "; without them p50 is 52.1 ms instead of 55.3": what the disturbed blocks do to the figure.
std::string without_disturbed(const std::vector<LaunchRecord>& launches) {
    std::vector<LaunchRecord> quiet;
    for (const LaunchRecord& launch : launches) {
        if (auto part = undisturbed_part(launch)) {
            quiet.push_back(std::move(*part));
        }
    }
    if (quiet.empty()) {
        return "; no block is without";
    }
    const Json all = latency(launches).at("p50");
    const Json rest = latency(quiet).at("p50");
    return all.is_null() || rest.is_null() ? ""
                                           : fmt::format("; without them p50 is {:.4g} ms instead of {:.4g}",
                                                         rest.get<double>(), all.get<double>());
}

/// The reason that most of the disturbed blocks have, as the first of them states it.
std::string commonest_reason(const std::vector<LaunchRecord>& launches) {
    std::map<std::string, std::pair<int, std::string>> by_kind;
    for (const LaunchRecord& launch : launches) {
        for (const Block& block : launch.blocks) {
            for (const std::string& reason : machine::reasons(block.disturbance)) {
                std::string kind = reason;
                std::erase_if(kind, [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; });
                auto& [count, example] = by_kind[kind];
                example = count++ == 0 ? reason : example;
            }
        }
    }
    return std::max_element(by_kind.begin(), by_kind.end(),
                            [](const auto& a, const auto& b) { return a.second.first < b.second.first; })
        ->second.second;
}

void add_disturbed(const std::vector<LaunchRecord>& launches, std::vector<Problem>& problems) {
    std::size_t blocks = 0;
    std::size_t disturbed = 0;
    for (const LaunchRecord& launch : launches) {
        blocks += launch.blocks.size();
        disturbed += disturbed_blocks(launch).size();
    }
    // A block now and then is what the spread over launches already says.
    constexpr std::size_t tolerated = 5;
    if (disturbed * tolerated > blocks) {
        problems.push_back({"disturbed", fmt::format("{} of {} blocks, for instance {}{}", disturbed, blocks,
                                                     commonest_reason(launches), without_disturbed(launches))});
    }
}

void add_drifting(const std::vector<LaunchRecord>& launches, std::vector<Problem>& problems) {
    // Of five launches one order in sixty is a trend all the way.
    constexpr double significant = 0.02;
    constexpr double noticeable = 0.05;
    const auto drift = stats::drift(figures_of(launches, "p50"));
    if (drift && drift->p_value < significant && std::abs(drift->total) > noticeable) {
        problems.push_back({"drifting", fmt::format("p50 changed by {:+.0f}% from the first launch to the last of {}",
                                                    100 * drift->total, launches.size())});
    }
}

void add_unusual(const std::vector<LaunchRecord>& launches, std::vector<Problem>& problems) {
    const std::vector<double> figures = figures_of(launches, "p50");
    std::vector<double> sorted = figures;
    std::sort(sorted.begin(), sorted.end());
    std::string named;
    for (const std::size_t index : unusual_launches(launches)) {
        named += fmt::format("{}launch {} has a p50 of {:.4g} ms", named.empty() ? "" : ", ",
                             launches[index].number + 1, figures[index]);
    }
    if (!named.empty()) {
        problems.push_back(
            {"unusual_launch", fmt::format("{}, the middle one {:.4g} ms", named, stats::quantile(sorted, 0.5))});
    }
}

void add_if_most(const std::vector<LaunchRecord>& launches, const char* code, const char* what,
                 bool (*has)(const LaunchRecord&), std::vector<Problem>& problems) {
    const auto count = std::count_if(launches.begin(), launches.end(), has);
    if (2 * static_cast<std::size_t>(count) > launches.size()) {
        problems.push_back({code, fmt::format("{} in {} of {} launches", what, count, launches.size())});
    }
}

}  // namespace

std::vector<int> disturbed_blocks(const LaunchRecord& launch) {
    std::vector<int> disturbed;
    for (std::size_t i = 0; i < launch.blocks.size(); ++i) {
        if (!machine::reasons(launch.blocks[i].disturbance).empty()) {
            disturbed.push_back(static_cast<int>(i));
        }
    }
    return disturbed;
}

std::vector<std::size_t> unusual_launches(const std::vector<LaunchRecord>& launches) {
    // By ratios to the middle one: a cell of 5 ms and one of 500 ms are judged alike.
    constexpr double noticeable = 0.05;
    const std::vector<double> figures = figures_of(launches, "p50");
    std::vector<double> sorted = figures;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::size_t> unusual = stats::outliers(figures);
    std::erase_if(unusual, [&](std::size_t index) {
        return std::abs(figures[index] / stats::quantile(sorted, 0.5) - 1) < noticeable;
    });
    return unusual;
}

void add_noise_problems(const CellOutcome& outcome, const plan::RunOptions& options, std::vector<Problem>& problems) {
    const std::vector<LaunchRecord> launches = complete(outcome.launches);
    if (launches.empty() || options.is_for_emulation) {
        return;
    }
    add_not_converged(launches, options, problems);
    add_disturbed(launches, problems);
    add_drifting(launches, problems);
    add_unusual(launches, problems);
    add_if_most(
        launches, "not_steady", "warm-up was not seen to end",
        [](const LaunchRecord& launch) { return !launch.is_steady; }, problems);
    add_if_most(
        launches, "engine_not_idle", "its threads worked on after a block",
        [](const LaunchRecord& launch) { return launch.is_restless; }, problems);
}

}  // namespace gravbench::results
