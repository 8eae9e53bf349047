#include "stats/typical_quantile.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "stats/quantile.h"
#include "stats/student.h"

namespace gravbench::stats {
namespace {

constexpr double confidence = 0.95;

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

/// The sample of this rank, from 1, among all but the launch's own.
double without(const std::vector<double>& all, const std::vector<double>& own, std::ptrdiff_t rank) {
    return *std::partition_point(
        all.begin(), all.end(), [&](double value) { return count_up_to(all, value) - count_up_to(own, value) < rank; });
}

/// launch_quantile() of all but the launch's own.
double quantile_without(const std::vector<double>& all, const std::vector<double>& own, double probability) {
    const std::size_t count = all.size() - own.size();
    const double rank = unbiased_rank(count, probability);
    const auto below = static_cast<std::ptrdiff_t>(rank);
    const double low = without(all, own, below);
    const double share = rank - static_cast<double>(below);
    return share == 0 ? low : low + share * (without(all, own, below + 1) - low);
}

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
        const double logarithm = mean_of(medians_) + launch_quantile(all_, probability) - launch_quantile(all_, 0.5);
        if (shapes_.size() < 2) {
            return {std::exp(logarithm), std::nullopt};
        }
        const auto count = static_cast<double>(shapes_.size());
        const double half = student_t_limit(count - 1, confidence) * jackknife_error(probability, logarithm);
        return {std::exp(logarithm), Interval{std::exp(logarithm - half), std::exp(logarithm + half)}};
    }

  private:
    /// About the estimate itself, not about the mean of those with a launch left out: where tails are heavy the two
    /// differ, and the latter is too small.
    double jackknife_error(double probability, double estimate) const {
        const auto count = static_cast<double>(shapes_.size());
        const double sum = count * mean_of(medians_);
        double squares = 0;
        for (const Shape& shape : shapes_) {
            const double left = (sum - shape.median) / (count - 1) + quantile_without(all_, shape.sorted, probability) -
                                quantile_without(all_, shape.sorted, 0.5);
            squares += (left - estimate) * (left - estimate);
        }
        return std::sqrt(squares * (count - 1) / count);
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
