#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "document/document.h"

namespace gravbench::compare {

/// A figure by which cells are compared. The table `metrics()` is the only list of them.
struct Metric {
    std::string name;
    std::string title;  ///< with the unit
    bool is_less_better = true;
    /// What a verdict is called where the new side is better, and where it is worse.
    std::string better = "faster";
    std::string worse = "slower";
    /// The figure of one launch; nothing where it has none, or too few samples. Null where cells have only one.
    std::function<std::optional<double>(const document::Cell& cell, const records::Launch& launch)> of_launch = {};
    /// The figure of a cell that has only one, exact; null where launches have theirs.
    std::function<std::optional<double>(const document::Cell& cell)> of_cell = {};
    /// The cell's own figure, which is the one that every view of its document shows.
    std::function<std::optional<double>(const document::Cell& cell)> in_document = {};
    /// By how much such figures must differ to count: --tolerance, a share, says nothing about them.
    double difference_that_counts = 0;
    /// Whether it is a time, or made of times, in which two runs differ by what the machine does meanwhile.
    bool is_time = false;
};

const std::vector<Metric>& metrics();

/// Throws UsageError that lists the metrics there are.
const Metric& find_metric(const std::string& name);

/// The figures of those launches that have one, by the launches' numbers.
using LaunchFigures = std::map<int, double>;
LaunchFigures figures_by_launch(const document::Cell& cell, const Metric& metric);
/// Without the numbers, in their order.
std::vector<double> values_of(const LaunchFigures& figures);

/// A side's figure in a comparison: the document's own where all launches of the cell take part, so that every view
/// shows the same; else the geometric mean of those that do. Nothing without any.
std::optional<double> figure_of(const document::Cell& cell, const Metric& metric, std::span<const double> taking_part);

/// "p50, p90, ..."
std::string metric_names();

}  // namespace gravbench::compare
