#include "stats/typical_quantile.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "stats/quantile.h"
#include "stats/student.h"
#include "stats/trend.h"

namespace gravbench::stats {
namespace {

/// A launch on the logarithmic scale.
struct Shape {
    double median = 0;
    std::vector<double> sorted;  ///< how far each sample lies from the launch's mean
};

double mean_of(const std::vector<double>& values) {
    return moments(values).mean;
}

Shape shape_of(const std::vector<std::vector<double>>& blocks) {
    std::vector<std::vector<double>> on_log_scale;
    std::vector<double> block_means;
    std::vector<double> samples;
    for (const std::vector<double>& block : blocks) {
        if (!block.empty()) {
            on_log_scale.push_back(logarithms(block));
            block_means.push_back(mean_of(on_log_scale.back()));
            samples.insert(samples.end(), block.begin(), block.end());
        }
    }
    if (samples.empty()) {
        throw DataError("a quantile needs at least one sample of each launch");
    }
    const auto count = static_cast<double>(block_means.size());
    const double enlarged = count > 1 ? std::sqrt(count / (count - 1)) : 0;
    const double launch_mean = mean_of(block_means);
    Shape shape;
    for (std::size_t i = 0; i < on_log_scale.size(); ++i) {
        const double block = enlarged * (block_means[i] - launch_mean);
        for (const double logarithm : on_log_scale[i]) {
            shape.sorted.push_back(block + logarithm - block_means[i]);
        }
    }
    std::sort(shape.sorted.begin(), shape.sorted.end());
    std::sort(samples.begin(), samples.end());
    shape.median = std::log(launch_quantile(samples, 0.5));
    return shape;
}

std::ptrdiff_t count_up_to(const std::vector<double>& sorted, double value) {
    return std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
}

/// A quantile of all launches' deviations, and how far each launch pulls it from where it lies.
struct Position {
    double value = 0;
    std::vector<double> pulls;
};

class Launches {
  public:
    explicit Launches(const Samples& launches) {
        for (const auto& launch : launches) {
            shapes_.push_back(shape_of(launch));
            medians_.push_back(shapes_.back().median);
            all_.insert(all_.end(), shapes_.back().sorted.begin(), shapes_.back().sorted.end());
        }
        std::sort(all_.begin(), all_.end());
    }

    Estimate quantile(double probability) const {
        const Position quantile = position(probability);
        const Position median = position(0.5);
        const double logarithm = mean_of(medians_) + quantile.value - median.value;
        if (shapes_.size() < 2) {
            return {std::exp(logarithm), std::nullopt};
        }
        std::vector<double> by_launch = medians_;
        for (std::size_t i = 0; i < by_launch.size(); ++i) {
            by_launch[i] += quantile.pulls[i] - median.pulls[i];
        }
        const RunMean mean = mean_of_run(by_launch);
        const double half = student_t_limit(mean.degrees_of_freedom, interval_confidence) * mean.standard_error;
        return {std::exp(logarithm), Interval{std::exp(logarithm - half), std::exp(logarithm + half)}};
    }

  private:
    Position position(double probability) const {
        Position result{launch_quantile(all_, probability), {}};
        if (shapes_.size() < 2) {
            return result;
        }
        const auto samples = static_cast<double>(all_.size());
        const auto below = static_cast<double>(count_up_to(all_, result.value));
        const double samples_of_mean_launch = samples / static_cast<double>(shapes_.size());
        for (const Shape& shape : shapes_) {
            const auto own = static_cast<double>(shape.sorted.size());
            const auto own_below = static_cast<double>(count_up_to(shape.sorted, result.value));
            result.pulls.push_back((own_below - own * below / samples) / samples_of_mean_launch);
        }
        const double steepness = steepness_around(probability, mean_of_run(result.pulls).standard_error);
        std::for_each(result.pulls.begin(), result.pulls.end(), [&](double& pull) { pull *= -steepness; });
        return result;
    }

    /// How much the quantile rises with the probability, over all that chance may take for it. Nearer by it would hang
    /// on two or three samples.
    double steepness_around(double probability, double standard_error) const {
        const double reach = std::max(2 * standard_error, 1 / static_cast<double>(all_.size()));
        const double low = std::max(0.0, probability - reach);
        const double high = std::min(1.0, probability + reach);
        return (launch_quantile(all_, high) - launch_quantile(all_, low)) / (high - low);
    }

    std::vector<Shape> shapes_;
    std::vector<double> medians_;
    std::vector<double> all_;  ///< the deviations of all launches, sorted
};

}  // namespace

std::vector<Estimate> typical_quantiles(const Samples& launches, std::span<const double> probabilities) {
    if (launches.empty()) {
        throw DataError("a quantile needs at least one sample");
    }
    const Launches prepared(launches);
    std::vector<Estimate> result;
    for (const double probability : probabilities) {
        result.push_back(prepared.quantile(probability));
    }
    return result;
}

}  // namespace gravbench::stats
