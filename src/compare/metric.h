#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/measured_document.h"

namespace gravbench::compare {

/// A figure by which cells are compared. The table `metrics()` is the only list of them.
struct Metric {
    std::string name;
    std::string title;  ///< with the unit
    bool is_less_better = true;
    /// What a verdict is called where the new side is better, and where it is worse.
    std::string better = "faster";
    std::string worse = "slower";
    /// The figure of one launch; nothing where it has none, or too few samples.
    std::optional<double> (*of_launch)(const MeasuredCell& cell, const MeasuredLaunch& launch) = nullptr;
    /// The figure of a cell that has only one, exact; null where launches have theirs.
    std::optional<double> (*of_cell)(const MeasuredCell& cell) = nullptr;
    /// By how much such figures must differ to count: --tolerance, a share, says nothing about them.
    double difference_that_counts = 0;
};

const std::vector<Metric>& metrics();

/// Throws UsageError that lists the metrics there are.
const Metric& find_metric(const std::string& name);

/// "p50, p90, ..."
std::string metric_names();

}  // namespace gravbench::compare
