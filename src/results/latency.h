#pragma once

#include <vector>

#include "base/json.h"
#include "results/launch_record.h"

namespace gravbench::results {

/// The percentiles that a document has, with the probability that each stands for.
struct Percentile {
    const char* name;
    double probability;
};
const std::vector<Percentile>& percentiles();

/// "latency_ms" of a cell: moments and percentiles over all samples, intervals over launches. A percentile that the
/// samples do not support is null, with the reason under "reasons". Needs at least one complete launch.
Json latency(const std::vector<LaunchRecord>& launches);

/// "throughput_per_s": items a second, an item being one row of the batch.
Json throughput(const std::vector<LaunchRecord>& launches, std::int64_t batch);

/// "cold_start_ms": medians over launches.
Json cold_start(const std::vector<LaunchRecord>& launches);

}  // namespace gravbench::results
