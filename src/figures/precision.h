#pragma once

#include <optional>
#include <string>
#include <vector>

#include "figures/latency.h"

/// How well a cell's figure is known, and what it would take to know it better.
namespace gravbench::figures {

/// Half the width of the 95% interval of a figure ("p50", "mean") as a share of it; nothing where there is no interval.
std::optional<double> half_width(const Launches& launches, const std::string& metric);

/// The same of figures that were made before, one for each launch: what the stopping rule asks. For "p50".
std::optional<double> half_width(const std::vector<stats::LaunchFigure>& figures);

/// The same for the ratio of two variants, paired by the launches' numbers.
std::optional<double> ratio_half_width(const Launches& base, const Launches& other, const std::string& metric);

/// By figures made before, as pairs of new/base.
std::optional<double> ratio_half_width(const std::vector<double>& ratios);

/// The document's "precision": what was wanted and reached, where the spread comes from, and the cheapest design that
/// would reach it (stats/variance.h).
struct Precision {
    std::string metric;
    std::optional<double> wanted;
    std::optional<double> reached;
    /// Deviations of the logarithms.
    double between_launches = 0;
    double between_blocks = 0;
    double within_blocks = 0;
    /// Nothing where it would take longer than a hundred hours: that is no advice.
    std::optional<stats::Design> design;
};
/// Nothing for fewer than 2 launches.
std::optional<Precision> precision(const Launches& launches, const std::string& metric, std::optional<double> wanted);

}  // namespace gravbench::figures
