#include "stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>

#include "base/errors.h"

namespace gravbench::stats {
namespace {

constexpr int resamples = 1999;

/// A launch on the logarithmic scale: its figure, and how far each of its blocks lies from their mean.
struct LogLaunch {
    double value = 0;
    std::vector<double> deviations;
};

double checked_logarithm(double figure) {
    if (!(figure > 0 && std::isfinite(figure))) {
        throw DataError("a logarithm needs finite numbers above 0, not " + std::to_string(figure));
    }
    return std::log(figure);
}

LogLaunch log_launch(const LaunchFigure& launch) {
    LogLaunch result{checked_logarithm(launch.value), {}};
    if (launch.blocks.size() < 2) {
        return result;
    }
    for (const double block : launch.blocks) {
        result.deviations.push_back(checked_logarithm(block));
    }
    const double mean = std::accumulate(result.deviations.begin(), result.deviations.end(), 0.0) /
                        static_cast<double>(result.deviations.size());
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
    std::sort(statistics.begin(), statistics.end());
    const double tail = (1 - confidence) / 2;
    const auto at = [&](double probability) {
        return statistics[static_cast<std::size_t>(std::llround(probability * (resamples + 1))) - 1];
    };
    const Interval interval{std::exp(of_launches.mean - at(1 - tail) * error),
                            std::exp(of_launches.mean - at(tail) * error)};
    if (error == 0) {
        return Interval{std::exp(of_launches.mean), std::exp(of_launches.mean)};
    }
    // Of two or three launches too many resamples hold one launch only: their statistic has no end.
    const bool has_ends = std::isfinite(interval.high) && interval.low > 0;
    return has_ends ? std::optional(interval) : positive_launch_interval(figures, confidence);
}

}  // namespace gravbench::stats
