#include "stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace gravbench::stats {
namespace {

constexpr int resamples = 1999;
/// From so many launches on both tails of the statistic are taken together: of heavy-tailed launches the interval then
/// holds the truth in 96 to 97% of runs where one tail by itself makes it 92 to 94% (tests/benchmarks/verdicts). Of
/// fewer it is the other way round: together they are too wide.
constexpr std::size_t fewest_for_both_tails = 10;

/// A launch on the logarithmic scale: its figure, and how far each of its blocks lies from their mean.
struct LogLaunch {
    double value = 0;
    std::vector<double> deviations;
};

LogLaunch log_launch(const LaunchFigure& launch) {
    LogLaunch result{logarithms(std::vector<double>{launch.value}).front(), {}};
    if (launch.blocks.size() < 2) {
        return result;
    }
    result.deviations = logarithms(launch.blocks);
    const double mean = moments(result.deviations).mean;
    for (double& deviation : result.deviations) {
        deviation -= mean;
    }
    return result;
}

/// std::uniform_int_distribution may differ between libraries; with so few launches the remainder's bias is nothing.
std::size_t draw(std::mt19937_64& random, std::size_t count) {
    return static_cast<std::size_t>(random() % count);
}

double resampled_value(const LogLaunch& launch, std::mt19937_64& random) {
    const std::size_t blocks = launch.deviations.size();
    double sum = 0;
    for (std::size_t i = 0; i < blocks; ++i) {
        sum += launch.deviations[draw(random, blocks)];
    }
    return blocks == 0 ? launch.value : launch.value + sum / static_cast<double>(blocks);
}

/// Student's statistic of one resample about the mean of the launches; infinite where all its launches are the same.
double resampled_statistic(const std::vector<LogLaunch>& launches, double mean, std::mt19937_64& random,
                           std::vector<double>& values) {
    for (double& value : values) {
        value = resampled_value(launches[draw(random, launches.size())], random);
    }
    const Moments of_resample = moments(values);
    const double error = of_resample.stddev / std::sqrt(static_cast<double>(values.size()));
    const double difference = of_resample.mean - mean;
    if (difference == 0) {
        return 0;
    }
    return error > 0 ? difference / error : std::copysign(std::numeric_limits<double>::infinity(), difference);
}

/// Between which two values the statistic lies with this confidence.
Interval limits_of(std::vector<double> statistics, std::size_t launches, double confidence) {
    const bool is_symmetric = launches >= fewest_for_both_tails;
    if (is_symmetric) {
        std::for_each(statistics.begin(), statistics.end(), [](double& statistic) { statistic = std::abs(statistic); });
    }
    std::sort(statistics.begin(), statistics.end());
    const auto at = [&](double probability) {
        return statistics[static_cast<std::size_t>(std::llround(probability * (resamples + 1))) - 1];
    };
    const double tail = (1 - confidence) / 2;
    return is_symmetric ? Interval{-at(confidence), at(confidence)} : Interval{at(tail), at(1 - tail)};
}

}  // namespace

std::optional<Interval> bootstrap_interval(std::span<const LaunchFigure> launches, std::uint64_t seed,
                                           double confidence) {
    if (launches.size() < 2) {
        return std::nullopt;
    }
    std::vector<LogLaunch> on_log_scale;
    std::vector<double> figures;
    for (const LaunchFigure& launch : launches) {
        on_log_scale.push_back(log_launch(launch));
        figures.push_back(launch.value);
    }
    std::vector<double> values;
    for (const LogLaunch& launch : on_log_scale) {
        values.push_back(launch.value);
    }
    const Moments of_launches = moments(values);
    const double error = of_launches.stddev / std::sqrt(static_cast<double>(values.size()));
    std::mt19937_64 random(seed);
    std::vector<double> statistics;
    for (int i = 0; i < resamples; ++i) {
        statistics.push_back(resampled_statistic(on_log_scale, of_launches.mean, random, values));
    }
    const Interval limits = limits_of(std::move(statistics), launches.size(), confidence);
    const Interval interval{std::exp(of_launches.mean - limits.high * error),
                            std::exp(of_launches.mean - limits.low * error)};
    if (error == 0) {
        return Interval{std::exp(of_launches.mean), std::exp(of_launches.mean)};
    }
    // Of two or three launches too many resamples hold one launch only: their statistic has no end.
    const bool has_ends = std::isfinite(interval.high) && interval.low > 0;
    return has_ends ? std::optional(interval) : positive_launch_interval(figures, confidence);
}

}  // namespace gravbench::stats
