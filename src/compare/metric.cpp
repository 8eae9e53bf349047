#include "compare/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/errors.h"
#include "base/text.h"
#include "stats/quantile.h"

namespace gravbench::compare {
namespace {

using Figure = std::optional<double>;

std::vector<double> samples_of(const MeasuredLaunch& launch) {
    std::vector<double> samples;
    for (const auto& block : launch.blocks_ms) {
        samples.insert(samples.end(), block.begin(), block.end());
    }
    return samples;
}

template <int PerMille>
Figure percentile(const MeasuredCell&, const MeasuredLaunch& launch) {
    constexpr double probability = PerMille / 1000.0;
    std::vector<double> samples = samples_of(launch);
    if (samples.size() < stats::launch_samples_needed(probability)) {
        return std::nullopt;
    }
    std::sort(samples.begin(), samples.end());
    return stats::launch_quantile(samples, probability);
}

Figure mean(const MeasuredCell&, const MeasuredLaunch& launch) {
    const std::vector<double> samples = samples_of(launch);
    return samples.empty()
               ? std::nullopt
               : Figure(std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size()));
}

/// Items a second, an item being one row of the batch.
Figure throughput(const MeasuredCell& cell, const MeasuredLaunch& launch) {
    const Json& batch = cell.facts.at("settings").at("requested").value("batch", Json(1));
    const double wall_ms = std::accumulate(launch.wall_ms.begin(), launch.wall_ms.end(), 0.0);
    const auto inferences = static_cast<double>(samples_of(launch).size());
    return wall_ms > 0 && batch.is_number() ? Figure(inferences * batch.get<double>() * 1000 / wall_ms) : std::nullopt;
}

Figure number_of(const Json& object, const char* member) {
    const auto found = object.is_object() ? object.find(member) : object.end();
    return object.is_object() && found != object.end() && found->is_number() ? Figure(found->get<double>())
                                                                             : std::nullopt;
}

Figure memory(const MeasuredCell&, const MeasuredLaunch& launch) {
    constexpr double bytes_per_mib = 1 << 20;
    const Figure bytes = number_of(launch.facts, "peak_rss_bytes");
    return bytes ? Figure(*bytes / bytes_per_mib) : std::nullopt;
}

Figure first_inference(const MeasuredCell&, const MeasuredLaunch& launch) {
    return number_of(launch.facts, "first_inference_ms");
}

/// Outputs that are wrong by a share e of themselves have a cosine of about 1 - e * e / 2: this is an e of 1.4%. Five
/// times what fpmath bf16 costs (0.00002, docs/facts.md), a hundredth of what --min-cosine allows.
constexpr double cosine_that_counts = 1e-4;

Figure cosine(const MeasuredCell& cell) {
    return number_of(member_or_empty(cell.facts, "accuracy"), "cosine_similarity");
}

}  // namespace

const std::vector<Metric>& metrics() {
    static const std::vector<Metric> table{
        {"p50", "p50 ms", true, "faster", "slower", percentile<500>, nullptr},
        {"p90", "p90 ms", true, "faster", "slower", percentile<900>, nullptr},
        {"p95", "p95 ms", true, "faster", "slower", percentile<950>, nullptr},
        {"p99", "p99 ms", true, "faster", "slower", percentile<990>, nullptr},
        {"mean", "mean ms", true, "faster", "slower", mean, nullptr},
        {"throughput", "items/s", false, "faster", "slower", throughput, nullptr},
        {"first-inference", "first ms", true, "faster", "slower", first_inference, nullptr},
        {"memory", "peak MiB", true, "smaller", "larger", memory, nullptr},
        {"cosine", "cosine", false, "more exact", "less exact", nullptr, cosine, cosine_that_counts},
    };
    return table;
}

const Metric& find_metric(const std::string& name) {
    const auto found =
        std::find_if(metrics().begin(), metrics().end(), [&](const Metric& metric) { return metric.name == name; });
    if (found == metrics().end()) {
        std::vector<std::string> names;
        for (const Metric& metric : metrics()) {
            names.push_back(metric.name);
        }
        throw UsageError(
            fmt::format("--metric: \"{}\" is not one of {}{}", name, metric_names(), did_you_mean(name, names)));
    }
    return *found;
}

std::string metric_names() {
    std::string names;
    for (const Metric& metric : metrics()) {
        names += (names.empty() ? "" : ", ") + metric.name;
    }
    return names;
}

}  // namespace gravbench::compare
