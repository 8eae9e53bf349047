#include "compare/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "base/text.h"

namespace gravbench::compare {
namespace {

using Figure = std::optional<double>;

constexpr double bytes_per_mib = 1 << 20;
constexpr double ns_per_ms = 1e6;

double geometric_mean(std::span<const double> figures) {
    double sum = 0;
    for (const double figure : figures) {
        sum += std::log(figure);
    }
    return std::exp(sum / static_cast<double>(figures.size()));
}

/// A percentile of latency, or its mean.
Metric latency(const char* name, const char* title) {
    Metric metric{name, title};
    metric.is_time = true;
    metric.of_launch = [name](const document::Cell&, const records::Launch& launch) {
        return figures::launch_figure(launch, name);
    };
    metric.in_document = [name](const document::Cell& cell) {
        return cell.latency ? cell.latency->at(name).value : std::nullopt;
    };
    return metric;
}

/// Items a second, an item being one row of the batch.
Metric throughput() {
    Metric metric{"throughput", "items/s", false};
    metric.is_time = true;
    metric.of_launch = [](const document::Cell& cell, const records::Launch& launch) {
        return figures::launch_throughput(launch, cell.batch());
    };
    metric.in_document = [](const document::Cell& cell) {
        return cell.throughput ? cell.throughput->value : std::nullopt;
    };
    return metric;
}

Metric first_inference() {
    Metric metric{"first-inference", "first ms"};
    metric.is_time = true;
    metric.of_launch = [](const document::Cell&, const records::Launch& launch) -> Figure {
        const auto& cold = launch.cold_start;
        return cold && cold->first_inference_ns > 0 ? Figure(static_cast<double>(cold->first_inference_ns) / ns_per_ms)
                                                    : std::nullopt;
    };
    metric.in_document = [](const document::Cell& cell) {
        return cell.cold_start ? cell.cold_start->first_inference : std::nullopt;
    };
    return metric;
}

Metric memory() {
    Metric metric{"memory", "peak MiB", true, "smaller", "larger"};
    const auto mib = [](std::int64_t bytes) {
        return bytes > 0 ? Figure(static_cast<double>(bytes) / bytes_per_mib) : std::nullopt;
    };
    metric.of_launch = [mib](const document::Cell&, const records::Launch& launch) {
        return mib(launch.peak_rss_bytes);
    };
    metric.in_document = [mib](const document::Cell& cell) { return mib(cell.peak_rss_bytes.value_or(0)); };
    return metric;
}

/// Outputs that are wrong by a share e of themselves have a cosine of about 1 - e * e / 2: this is an e of 1.4%. Five
/// times what fpmath bf16 costs (0.00002, docs/facts.md), a hundredth of what --min-cosine allows.
constexpr double cosine_that_counts = 1e-4;

Metric cosine() {
    Metric metric{"cosine", "cosine", false, "more exact", "less exact"};
    metric.of_cell = [](const document::Cell& cell) {
        return cell.accuracy ? cell.accuracy->outputs.cosine_similarity : std::nullopt;
    };
    metric.in_document = metric.of_cell;
    metric.difference_that_counts = cosine_that_counts;
    return metric;
}

}  // namespace

const std::vector<Metric>& metrics() {
    static const std::vector<Metric> table{
        latency("p50", "p50 ms"),
        latency("p90", "p90 ms"),
        latency("p95", "p95 ms"),
        latency("p99", "p99 ms"),
        latency("mean", "mean ms"),
        throughput(),
        first_inference(),
        memory(),
        cosine(),
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

LaunchFigures figures_by_launch(const document::Cell& cell, const Metric& metric) {
    LaunchFigures figures;
    for (const document::Launch& launch : cell.launches) {
        if (const auto figure = metric.of_launch(cell, launch.measured); figure && *figure > 0) {
            figures[launch.measured.number] = *figure;
        }
    }
    return figures;
}

std::vector<double> values_of(const LaunchFigures& figures) {
    std::vector<double> values;
    for (const auto& [number, figure] : figures) {
        values.push_back(figure);
    }
    return values;
}

Figure figure_of(const document::Cell& cell, const Metric& metric, std::span<const double> taking_part) {
    // What the document withholds of the same launches is not made up for here.
    if (taking_part.size() == cell.launches.size()) {
        return metric.in_document(cell);
    }
    return taking_part.empty() ? std::nullopt : Figure(geometric_mean(taking_part));
}

std::string metric_names() {
    std::string names;
    for (const Metric& metric : metrics()) {
        names += (names.empty() ? "" : ", ") + metric.name;
    }
    return names;
}

}  // namespace gravbench::compare
