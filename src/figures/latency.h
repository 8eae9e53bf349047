#pragma once

#include <optional>
#include <string>
#include <vector>

#include "records/launch_record.h"
#include "stats/bootstrap.h"
#include "stats/variance.h"

/// The figures of a cell, each a pure function of what its complete launches measured. The stopping rule, the document
/// and the verdicts all call these. docs/results.md says how each is made.
namespace gravbench::figures {

using Launches = std::vector<records::Launch>;

/// The percentiles that a document has, with the probability that each stands for.
struct Percentile {
    const char* name;
    double probability;
};
const std::vector<Percentile>& percentiles();

/// Intervals are bootstrapped with this seed, so that the same samples always give the same interval.
inline constexpr std::uint64_t bootstrap_seed = 1;

/// One launch's own figure in ms: "p50" to "p99_9" or "mean". Nothing where it has too few samples for it.
/// Throws DataError for another name.
std::optional<double> launch_figure(const records::Launch& launch, const std::string& name);

/// The same with the figure of each of its blocks, where they support it.
std::optional<stats::LaunchFigure> launch_figure_with_blocks(const records::Launch& launch, const std::string& name);

/// A figure of each launch; nothing where one has too few samples.
std::optional<std::vector<stats::LaunchFigure>> launch_figures(const Launches& launches, const std::string& name);

/// Items a second of one launch, an item being one row of the batch; nothing without blocks.
std::optional<double> launch_throughput(const records::Launch& launch, std::int64_t batch);

/// What is known of a figure. Where something is missing the reason says why, and what would help.
struct Figure {
    std::optional<double> value;
    std::optional<stats::Interval> ci95;
    std::string reason;           ///< why there is no value
    std::string interval_reason;  ///< why there is no interval
};

/// A figure of the cell in ms with its interval over launches: "p50" is the geometric mean of the launches' own, "mean"
/// the mean over all samples, the other percentiles are those of the typical launch (stats/typical_quantile.h). What is
/// not known to a factor of ten is given without a number. Throws DataError for another name.
Figure latency_figure(const Launches& launches, const std::string& name);

/// Samples in ms: launches, blocks, in ascending order within each block.
stats::Samples samples_of(const Launches& launches);

struct Latency {
    Figure mean;
    double stddev = 0;
    double min = 0;
    double max = 0;
    std::vector<Figure> percentiles;  ///< in the order of percentiles()
    std::size_t samples = 0;
    std::size_t launches = 0;

    /// "p50" to "p99_9", or "mean". Throws DataError for another name.
    const Figure& at(const std::string& name) const;
};

/// All latency figures, in ms. Needs at least one complete launch.
Latency latency(const Launches& launches);

/// Items a second, an item being one row of the batch. Needs at least one complete launch.
Figure throughput(const Launches& launches, std::int64_t batch);

/// Medians over launches, in ms; nothing where no launch knows it.
struct ColdStart {
    std::optional<double> start;
    std::optional<double> load;
    std::optional<double> prepare;
    std::optional<double> first_inference;
    std::optional<double> second_inference;
};
ColdStart cold_start(const Launches& launches);

/// The largest over launches; nothing where no launch knows it.
std::optional<std::int64_t> peak_rss_bytes(const Launches& launches);

}  // namespace gravbench::figures
