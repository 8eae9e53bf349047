#include "findings/noise_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/clock.h"
#include "figures/precision.h"
#include "stats/outlier.h"
#include "stats/quantile.h"
#include "stats/summary.h"
#include "stats/trend.h"
#include "stats/variance.h"

namespace gravbench::findings {
namespace {

using figures::Launches;
using records::Block;
using records::Launch;

/// One number for each launch; none where one of them has too few samples.
std::vector<double> figures_of(const Launches& launches, const std::string& metric) {
    std::vector<double> values;
    for (const Launch& launch : launches) {
        const auto figure = figures::launch_figure(launch, metric);
        if (!figure) {
            return {};
        }
        values.push_back(*figure);
    }
    return values;
}

/// Of the logarithms, without the run's trend, which the interval leaves out too.
double deviation_of(const std::vector<double>& figures) {
    return stats::mean_of_run(stats::logarithms(figures)).standard_error *
           std::sqrt(static_cast<double>(figures.size()));
}

std::chrono::nanoseconds mean_launch(const Launches& launches) {
    std::int64_t sum = 0;
    for (const Launch& launch : launches) {
        sum += launch.busy_ns;
    }
    return std::chrono::nanoseconds(sum / static_cast<std::int64_t>(launches.size()));
}

/// What the run was asked for and cannot say.
void add_missing_figure(const Launches& launches, const plan::RunOptions& options, std::vector<Problem>& problems) {
    const figures::Figure figure = figures::latency_figure(launches, options.stopping.metric);
    if (!figure.value) {
        problems.push_back({"figure_missing", fmt::format("{} {}", options.stopping.metric, figure.reason)});
    }
}

/// Variants that are measured against each other are judged by their ratio.
void add_not_converged(const Launches& launches, const plan::RunOptions& options, std::vector<Problem>& problems) {
    if (options.sampling.has_fixed_launches || options.has_versus() || launches.size() < 2) {
        return;
    }
    const double wanted = options.wanted_precision();
    const auto reached = figures::half_width(launches, options.stopping.metric);
    if (!reached || *reached <= wanted) {
        return;  // Without an interval the figure is missing, which is said by itself.
    }
    const std::size_t needed =
        stats::launches_needed(deviation_of(figures_of(launches, options.stopping.metric)), wanted);
    const auto more = static_cast<std::int64_t>(std::max(needed, launches.size() + 1) - launches.size());
    problems.push_back(
        {"not_converged", fmt::format("{} is known to {:.1f}%, wanted was {:.1f}%: about {} launches more would do, {}",
                                      options.stopping.metric, 100 * *reached, 100 * wanted, more,
                                      describe_duration(mean_launch(launches) * more))});
}

/// A launch without its disturbed blocks.
std::optional<Launch> undisturbed_part(Launch launch) {
    std::erase_if(launch.blocks, [](const Block& block) { return block.is_disturbed(); });
    return launch.blocks.empty() ? std::nullopt : std::optional(std::move(launch));
}

/// "; without them p50 is 52.1 ms instead of 55.3": what the disturbed blocks do to the figure.
std::string without_disturbed(const Launches& launches) {
    Launches quiet;
    for (const Launch& launch : launches) {
        if (auto part = undisturbed_part(launch)) {
            quiet.push_back(std::move(*part));
        }
    }
    if (quiet.empty()) {
        return "; no block is without";
    }
    const auto all = figures::latency_figure(launches, "p50").value;
    const auto rest = figures::latency_figure(quiet, "p50").value;
    return all && rest ? fmt::format("; without them p50 is {:.4g} ms instead of {:.4g}", *rest, *all) : "";
}

/// The reason that most of the disturbed blocks have, as the first of them states it.
std::string commonest_reason(const Launches& launches) {
    std::map<std::string, std::pair<int, std::string>> by_kind;
    for (const Launch& launch : launches) {
        for (const Block& block : launch.blocks) {
            for (const std::string& reason : block.disturbed_by) {
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

void add_disturbed(const Launches& launches, std::vector<Problem>& problems) {
    std::size_t blocks = 0;
    std::size_t disturbed = 0;
    for (const Launch& launch : launches) {
        blocks += launch.blocks.size();
        disturbed += static_cast<std::size_t>(std::count_if(launch.blocks.begin(), launch.blocks.end(),
                                                            [](const Block& block) { return block.is_disturbed(); }));
    }
    // A block now and then is what the spread over launches already says.
    constexpr std::size_t tolerated = 5;
    if (disturbed * tolerated > blocks) {
        problems.push_back({"disturbed", fmt::format("{} of {} blocks, for instance {}{}", disturbed, blocks,
                                                     commonest_reason(launches), without_disturbed(launches))});
    }
}

void add_drifting(const Launches& launches, std::vector<Problem>& problems) {
    // Of five launches one order in sixty is a trend all the way.
    constexpr double significant = 0.02;
    constexpr double noticeable = 0.05;
    const auto drift = stats::drift(figures_of(launches, "p50"));
    if (drift && drift->p_value < significant && std::abs(drift->total) > noticeable) {
        problems.push_back({"drifting", fmt::format("p50 changed by {:+.0f}% from the first launch to the last of {}",
                                                    100 * drift->total, launches.size())});
    }
}

void add_unusual(const Launches& launches, std::vector<Problem>& problems) {
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

/// A launch's p50 and its number as people count them.
struct Numbered {
    double p50 = 0;
    int number = 0;
};

/// "3 at 0.031 ms (launches 1, 2, 4)"
std::string describe_group(const std::vector<Numbered>& group) {
    std::vector<double> figures;
    std::vector<int> numbers;
    for (const Numbered& launch : group) {
        figures.push_back(launch.p50);
        numbers.push_back(launch.number);
    }
    std::sort(numbers.begin(), numbers.end());
    return fmt::format("{} at {:.3g} ms (launches {})", group.size(), stats::quantile(figures, 0.5),
                       fmt::join(numbers, ", "));
}

/// Two groups of at least two launches each, when the gap between them is far wider than either: a figure of all of
/// them lies near none. A single launch far away is an unusual one.
void add_groups(const Launches& launches, std::vector<Problem>& problems) {
    constexpr double noticeable = 1.25;
    constexpr double wider_than_groups = 4;
    const std::vector<double> figures = figures_of(launches, "p50");
    std::vector<Numbered> sorted;
    for (std::size_t i = 0; i < figures.size(); ++i) {
        sorted.push_back({figures[i], launches[i].number + 1});
    }
    std::sort(sorted.begin(), sorted.end(), [](const Numbered& a, const Numbered& b) { return a.p50 < b.p50; });
    for (std::size_t i = 2; i + 2 <= sorted.size(); ++i) {
        const double gap = std::log(sorted[i].p50 / sorted[i - 1].p50);
        const double widest =
            std::max(std::log(sorted[i - 1].p50 / sorted.front().p50), std::log(sorted.back().p50 / sorted[i].p50));
        if (gap > std::log(noticeable) && gap > wider_than_groups * widest) {
            const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(i);
            problems.push_back(
                {"launches_in_groups", fmt::format("p50 is {}, and {}", describe_group({sorted.begin(), middle}),
                                                   describe_group({middle, sorted.end()}))});
            return;
        }
    }
}

void add_if_most(const Launches& launches, const char* code, const char* what, bool (*has)(const Launch&),
                 std::vector<Problem>& problems) {
    const auto count = std::count_if(launches.begin(), launches.end(), has);
    if (2 * static_cast<std::size_t>(count) > launches.size()) {
        problems.push_back({code, fmt::format("{} in {} of {} launches", what, count, launches.size())});
    }
}

}  // namespace

std::vector<std::size_t> unusual_launches(const Launches& launches) {
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

void add_noise_problems(const Launches& launches, const plan::RunOptions& options, std::vector<Problem>& problems) {
    if (launches.empty() || options.sampling.is_for_emulation) {
        return;
    }
    add_missing_figure(launches, options, problems);
    add_not_converged(launches, options, problems);
    add_disturbed(launches, problems);
    add_drifting(launches, problems);
    add_unusual(launches, problems);
    add_groups(launches, problems);
    add_if_most(
        launches, "not_steady", "warm-up was not seen to end", [](const Launch& launch) { return !launch.is_steady; },
        problems);
    add_if_most(
        launches, "engine_not_idle", "its threads worked on after a block",
        [](const Launch& launch) { return launch.is_restless; }, problems);
}

}  // namespace gravbench::findings
