#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace gravbench::stats {

/// The indices of outliers by the modified z-score, 0.6745 (x - median) / MAD beyond 3.5 (Iglewicz and Hoaglin, "How to
/// detect and handle outliers", 1993). Where more than half are equal, so that the MAD is 0, the mean absolute
/// deviation stands in (the same source). For marking, never for dropping. None for fewer than 5.
std::vector<std::size_t> outliers(std::span<const double> values);

/// A trend over the order in which values were measured.
struct Drift {
    double total = 0;    ///< change from the first to the last, as a share of the median: 0.05 is 5% slower at the end
    double p_value = 1;  ///< that of no trend
};

/// Theil-Sen's slope (Sen 1968) with Kendall's test (Mann 1945; exact for fewer than 8, else the normal approximation,
/// both with ties). Nothing for fewer than 5.
std::optional<Drift> drift(std::span<const double> in_order);

}  // namespace gravbench::stats
