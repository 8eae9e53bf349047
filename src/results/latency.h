#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "results/launch_record.h"
#include "stats/bootstrap.h"
#include "stats/variance.h"

namespace gravbench::results {

/// The percentiles that a document has, with the probability that each stands for.
struct Percentile {
    const char* name;
    double probability;
};
const std::vector<Percentile>& percentiles();

/// Intervals are bootstrapped with this seed, so that the same samples always give the same interval.
inline constexpr std::uint64_t bootstrap_seed = 1;

/// A figure of each launch in ms, "p50" to "p99_9" or "mean", and of its blocks where they support it; nothing where a
/// launch has too few samples. Throws DataError for another name.
std::optional<std::vector<stats::LaunchFigure>> launch_figures(const std::vector<LaunchRecord>& launches,
                                                               const std::string& name);

/// A figure of the cell in ms with its interval over launches: "p50" and "mean" are the geometric mean of the launches'
/// own, the other percentiles those of the typical launch (stats/typical_quantile.h). Nothing where the samples do not
/// support a percentile. Throws DataError for another name. Needs at least one complete launch.
std::optional<stats::Estimate> estimate_of(const std::vector<LaunchRecord>& launches, const std::string& name);

/// Samples in ms: launches, blocks, in ascending order within each block.
stats::Samples samples_of(const std::vector<LaunchRecord>& launches);

/// "latency_ms" of a cell: mean, deviation and extremes over all samples; each percentile with its interval by
/// estimate_of(). A percentile that the samples do not support is null, with the reason under "reasons". Needs at least
/// one complete launch.
Json latency(const std::vector<LaunchRecord>& launches);

/// "throughput_per_s": items a second, an item being one row of the batch.
Json throughput(const std::vector<LaunchRecord>& launches, std::int64_t batch);

/// "cold_start_ms": medians over launches.
Json cold_start(const std::vector<LaunchRecord>& launches);

}  // namespace gravbench::results
