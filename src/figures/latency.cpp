#include "figures/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/clock.h"
#include "base/errors.h"
#include "stats/quantile.h"
#include "stats/student.h"
#include "stats/summary.h"
#include "stats/trend.h"
#include "stats/typical_quantile.h"

namespace gravbench::figures {
namespace {

using records::Block;
using records::Launch;

constexpr double ns_per_ms = 1e6;
/// What is not known to this factor is not known: a number would only mislead.
constexpr double least_knowledge = 10;

/// A figure of some samples in any order; nothing where they are too few for it.
using FigureOf = std::function<std::optional<double>(std::vector<double> samples)>;

const Percentile* find_percentile(const std::string& name) {
    const auto found = std::find_if(percentiles().begin(), percentiles().end(),
                                    [&](const Percentile& one) { return name == one.name; });
    return found == percentiles().end() ? nullptr : &*found;
}

FigureOf figure_named(const std::string& name) {
    if (name == "mean") {
        return [](std::vector<double> samples) {
            // Always added in the same order, so that the sum is the same to its last digit.
            std::sort(samples.begin(), samples.end());
            return samples.empty() ? std::nullopt : std::optional(stats::moments(samples).mean);
        };
    }
    const Percentile* percentile = find_percentile(name);
    if (percentile == nullptr) {
        throw DataError("there is no latency figure \"" + name + "\"");
    }
    return [p = percentile->probability](std::vector<double> samples) {
        return samples.size() < stats::launch_samples_needed(p)
                   ? std::nullopt
                   : std::optional(stats::launch_quantile_of_unsorted(samples, p));
    };
}

/// The figure of each block; none where one of them has too few samples.
std::vector<double> block_figures(const Launch& launch, const FigureOf& figure) {
    std::vector<double> figures;
    for (const Block& block : launch.blocks) {
        const auto of_block = figure(records::latencies_ms({&block, 1}));
        if (!of_block) {
            return {};
        }
        figures.push_back(*of_block);
    }
    return figures;
}

std::size_t samples_in(const Launch& launch) {
    std::size_t count = 0;
    for (const Block& block : launch.blocks) {
        count += block.samples_ns.size();
    }
    return count;
}

/// Why a percentile cannot be given; empty where it can.
std::string lack_of_samples(const Launches& launches, double probability) {
    std::size_t samples = 0;
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (const Launch& launch : launches) {
        samples += samples_in(launch);
        fewest = std::min(fewest, samples_in(launch));
    }
    const std::size_t needed = stats::samples_needed(probability);
    const std::size_t needed_of_launch = stats::launch_samples_needed(probability);
    if (samples < needed) {
        return fmt::format("needs at least {} samples, there are {}", needed, samples);
    }
    return fewest < needed_of_launch
               ? fmt::format("needs at least {} samples of each launch, one has {}", needed_of_launch, fewest)
               : "";
}

/// "2 launches that differ 200-fold; 5 more would tell"
std::string too_far_apart(const std::vector<double>& figures) {
    const auto [least, most] = std::minmax_element(figures.begin(), figures.end());
    const std::vector<double> logarithms = stats::logarithms(figures);
    const double deviation = stats::moments(logarithms).stddev;
    const std::size_t needed = stats::launches_needed(deviation, std::log(least_knowledge));
    const std::size_t more = std::max(needed, figures.size() + 1) - figures.size();
    return fmt::format("{} launches that differ {:.3g}-fold; {} more would tell", figures.size(), *most / *least, more);
}

/// Takes away what is not known to a factor of ten, and says why an interval is missing. The figure itself goes only
/// where launches are so far apart too: of two launches that differ 2-fold the middle is known, if not how well.
Figure as_far_as_known(double value, std::optional<stats::Interval> interval,
                       const std::vector<double>& launch_figures) {
    if (!interval) {
        return {value, std::nullopt, "", "an interval needs at least 2 launches"};
    }
    if (interval->high / value <= least_knowledge && value / interval->low <= least_knowledge) {
        return {value, interval, "", ""};
    }
    const std::string reason = too_far_apart(launch_figures);
    const auto [least, most] = std::minmax_element(launch_figures.begin(), launch_figures.end());
    const bool is_value_known = *most / *least <= least_knowledge;
    return {is_value_known ? std::optional(value) : std::nullopt, std::nullopt, is_value_known ? "" : reason, reason};
}

std::vector<double> values_of(const std::vector<stats::LaunchFigure>& figures) {
    std::vector<double> values;
    for (const stats::LaunchFigure& figure : figures) {
        values.push_back(figure.value);
    }
    return values;
}

double geometric_mean(const std::vector<double>& figures) {
    double sum = 0;
    for (const double figure : figures) {
        sum += std::log(figure);
    }
    return std::exp(sum / static_cast<double>(figures.size()));
}

/// What a launch adds to a mean over all: the sum, and how much of it there is.
struct Share {
    double sum = 0;
    double weight = 0;
};

double mean_of(const std::vector<Share>& shares, std::size_t without) {
    Share all;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        all.sum += i == without ? 0 : shares[i].sum;
        all.weight += i == without ? 0 : shares[i].weight;
    }
    return all.sum / all.weight;
}

/// Interval for sum/weight over all launches, which unequal launches pull from the mean of the launches' own: by the
/// jackknife over launches on the logarithm (Efron and Tibshirani 1993, 11; the launches' pseudo-values), Student's,
/// without the run's trend (stats/trend.h). Nothing for fewer than 2 launches.
std::optional<stats::Interval> mean_interval(const std::vector<Share>& shares) {
    if (shares.size() < 2) {
        return std::nullopt;
    }
    const auto count = static_cast<double>(shares.size());
    const double all = std::log(mean_of(shares, shares.size()));
    std::vector<double> pseudo_values;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        pseudo_values.push_back(count * all - (count - 1) * std::log(mean_of(shares, i)));
    }
    const stats::RunMean mean = stats::mean_of_run(pseudo_values);
    const double reach = stats::student_t_limit(mean.degrees_of_freedom, 0.95) * mean.standard_error;
    return stats::Interval{std::exp(all - reach), std::exp(all + reach)};
}

Figure mean_figure(const std::vector<Share>& shares) {
    std::vector<double> of_launches;
    for (const Share& share : shares) {
        of_launches.push_back(share.sum / share.weight);
    }
    return as_far_as_known(mean_of(shares, shares.size()), mean_interval(shares), of_launches);
}

Figure mean_latency(const Launches& launches) {
    std::vector<Share> shares;
    for (const Launch& launch : launches) {
        Share& share = shares.emplace_back();
        for (const double sample : records::sorted_ms(launch.blocks)) {
            share.sum += sample;
            ++share.weight;
        }
    }
    return mean_figure(shares);
}

/// Medians over launches that know it; 0 is not known.
std::optional<double> median_ms(const Launches& launches, std::int64_t records::ColdStart::*member) {
    std::vector<double> values;
    for (const Launch& launch : launches) {
        if (launch.cold_start && (*launch.cold_start).*member > 0) {
            values.push_back(static_cast<double>((*launch.cold_start).*member) / ns_per_ms);
        }
    }
    std::sort(values.begin(), values.end());
    return values.empty() ? std::nullopt : std::optional(stats::quantile(values, 0.5));
}

}  // namespace

const std::vector<Percentile>& percentiles() {
    static const std::vector<Percentile> table{
        {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99_9", 0.999}};
    return table;
}

std::optional<double> launch_figure(const Launch& launch, const std::string& name) {
    return figure_named(name)(records::latencies_ms(launch.blocks));
}

std::optional<stats::LaunchFigure> launch_figure_with_blocks(const Launch& launch, const std::string& name) {
    const FigureOf figure = figure_named(name);
    const auto value = figure(records::latencies_ms(launch.blocks));
    return value ? std::optional(stats::LaunchFigure{*value, block_figures(launch, figure)}) : std::nullopt;
}

std::optional<std::vector<stats::LaunchFigure>> launch_figures(const Launches& launches, const std::string& name) {
    std::vector<stats::LaunchFigure> figures;
    for (const Launch& launch : launches) {
        auto figure = launch_figure_with_blocks(launch, name);
        if (!figure) {
            return std::nullopt;
        }
        figures.push_back(std::move(*figure));
    }
    return figures;
}

std::optional<double> launch_throughput(const Launch& launch, std::int64_t batch) {
    double seconds = 0;
    for (const Block& block : launch.blocks) {
        seconds += static_cast<double>(block.wall_ns) / ns_per_s;
    }
    return seconds > 0 ? std::optional(static_cast<double>(samples_in(launch)) * static_cast<double>(batch) / seconds)
                       : std::nullopt;
}

Figure latency_figure(const Launches& launches, const std::string& name) {
    if (name == "mean") {
        return mean_latency(launches);
    }
    const Percentile* percentile = find_percentile(name);
    if (percentile == nullptr) {
        throw DataError("there is no latency figure \"" + name + "\"");
    }
    if (const std::string lack = lack_of_samples(launches, percentile->probability); !lack.empty()) {
        return {std::nullopt, std::nullopt, lack, lack};
    }
    const std::vector<stats::LaunchFigure> own = launch_figures(launches, name).value();
    if (percentile->probability == 0.5) {
        return as_far_as_known(geometric_mean(values_of(own)), stats::bootstrap_interval(own, bootstrap_seed),
                               values_of(own));
    }
    const stats::Estimate estimate =
        stats::typical_quantiles(samples_of(launches), std::vector<double>{percentile->probability}).front();
    return as_far_as_known(estimate.value, estimate.ci95, values_of(own));
}

stats::Samples samples_of(const Launches& launches) {
    stats::Samples samples;
    for (const Launch& launch : launches) {
        auto& blocks = samples.emplace_back();
        for (const Block& block : launch.blocks) {
            blocks.push_back(records::sorted_ms({&block, 1}));
        }
    }
    return samples;
}

const Figure& Latency::at(const std::string& name) const {
    if (name == "mean") {
        return mean;
    }
    const Percentile* percentile = find_percentile(name);
    const auto place = percentile == nullptr ? percentiles.size()
                                             : static_cast<std::size_t>(percentile - figures::percentiles().data());
    if (place >= percentiles.size()) {
        throw DataError("there is no latency figure \"" + name + "\"");
    }
    return percentiles[place];
}

Latency latency(const Launches& launches) {
    std::vector<double> pooled;
    for (const Launch& launch : launches) {
        const std::vector<double> samples = records::sorted_ms(launch.blocks);
        pooled.insert(pooled.end(), samples.begin(), samples.end());
    }
    const auto [least, most] = std::minmax_element(pooled.begin(), pooled.end());
    Latency result;
    result.mean = mean_latency(launches);
    result.stddev = stats::moments(pooled).stddev;
    result.min = *least;
    result.max = *most;
    for (const Percentile& percentile : percentiles()) {
        result.percentiles.push_back(latency_figure(launches, percentile.name));
    }
    result.samples = pooled.size();
    result.launches = launches.size();
    return result;
}

Figure throughput(const Launches& launches, std::int64_t batch) {
    std::vector<Share> shares;
    for (const Launch& launch : launches) {
        Share& share = shares.emplace_back();
        share.sum = static_cast<double>(samples_in(launch)) * static_cast<double>(batch);
        for (const Block& block : launch.blocks) {
            share.weight += static_cast<double>(block.wall_ns) / ns_per_s;
        }
    }
    return mean_figure(shares);
}

ColdStart cold_start(const Launches& launches) {
    using Times = records::ColdStart;
    return {median_ms(launches, &Times::start_ns), median_ms(launches, &Times::load_ns),
            median_ms(launches, &Times::prepare_ns), median_ms(launches, &Times::first_inference_ns),
            median_ms(launches, &Times::second_inference_ns)};
}

std::optional<std::int64_t> peak_rss_bytes(const Launches& launches) {
    std::int64_t peak = 0;
    for (const Launch& launch : launches) {
        peak = std::max(peak, launch.peak_rss_bytes);
    }
    return peak == 0 ? std::nullopt : std::optional(peak);
}

}  // namespace gravbench::figures
