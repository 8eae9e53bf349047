#include "stats/steady.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "stats/outlier.h"

namespace gravbench::stats {
namespace {

constexpr std::size_t batch_size = 5;

/// Means of consecutive samples; a rest too short for one is left out.
std::vector<double> batch_means(std::span<const double> samples, std::size_t size) {
    std::vector<double> means;
    for (std::size_t begin = 0; begin + size <= samples.size(); begin += size) {
        const auto batch = samples.subspan(begin, size);
        means.push_back(std::accumulate(batch.begin(), batch.end(), 0.0) / static_cast<double>(size));
    }
    return means;
}

/// Spikes of the second half, which warm-up does not make, are brought down to the largest sample beside them.
std::vector<double> without_late_spikes(std::span<const double> samples) {
    std::vector<double> clipped(samples.begin(), samples.end());
    const std::size_t half = clipped.size() / 2;
    const std::span<const double> late = samples.subspan(half);
    const std::vector<std::size_t> spikes = outliers(late);
    double largest = 0;
    for (std::size_t i = 0; i < late.size(); ++i) {
        if (std::find(spikes.begin(), spikes.end(), i) == spikes.end()) {
            largest = std::max(largest, late[i]);
        }
    }
    for (const std::size_t spike : spikes) {
        clipped[half + spike] = std::min(clipped[half + spike], largest);
    }
    return clipped;
}

/// The truncation with the smallest squared standard error of the rest, by one pass from the end.
std::size_t best_truncation(const std::vector<double>& values) {
    double sum = 0;
    double squares = 0;
    double best_error = std::numeric_limits<double>::infinity();
    std::size_t best = 0;
    // About the last value, so that a small spread of large numbers keeps its digits.
    const double shift = values.back();
    for (std::size_t begin = values.size(); begin-- > 0;) {
        const double value = values[begin] - shift;
        sum += value;
        squares += value * value;
        const auto count = static_cast<double>(values.size() - begin);
        const double error = (squares - sum * sum / count) / (count * count);
        // A few values may agree by chance: a rest of less than a quarter says nothing.
        const bool is_long_enough = count >= 2 && 4 * (values.size() - begin) >= values.size();
        if (is_long_enough && error <= best_error) {
            best_error = error;
            best = begin;
        }
    }
    return best;
}

}  // namespace

SteadyState find_steady_state(std::span<const double> samples) {
    if (samples.size() < 3) {
        return {};
    }
    const std::size_t size = samples.size() < 2 * batch_size ? 1 : batch_size;
    const std::vector<double> means = batch_means(without_late_spikes(samples), size);
    const std::size_t truncation = best_truncation(means);
    return {truncation * size, 2 * truncation <= means.size()};
}

}  // namespace gravbench::stats
