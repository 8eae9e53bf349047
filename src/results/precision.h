#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "plan/option.h"
#include "results/launch_record.h"

/// How well a cell's figure is known, and what it would take to know it better.
namespace gravbench::results {

/// Half the width of the 95% interval of a figure ("p50", "mean") as a share of it; nothing where there is no interval.
std::optional<double> half_width(const std::vector<LaunchRecord>& launches, const std::string& metric);

/// The same for the ratio of two variants, paired by the launches' numbers.
std::optional<double> ratio_half_width(const std::vector<LaunchRecord>& base, const std::vector<LaunchRecord>& other,
                                       const std::string& metric);

/// Whether launching may stop.
bool is_precise(const std::vector<LaunchRecord>& launches, const plan::RunOptions& options);
bool is_ratio_precise(const std::vector<LaunchRecord>& base, const std::vector<LaunchRecord>& other,
                      const plan::RunOptions& options);

/// The document's "precision": what was wanted and reached, where the spread comes from, and the cheapest design that
/// would reach it (stats/variance.h). Null for fewer than 2 launches.
Json precision_json(const std::vector<LaunchRecord>& launches, const plan::RunOptions& options);

}  // namespace gravbench::results
