#include "rules.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "stats/comparison.h"
#include "stats/quantile.h"
#include "stats/summary.h"

namespace gravbench::verdicts {
namespace {

constexpr double peers_level = 0.05;

Decision decision(bool is_alarm, double effect) {
    return !is_alarm || effect == 0 ? Decision::none : effect > 0 ? Decision::slower : Decision::faster;
}

stats::RatioEstimate independent(const Measured& base, const Measured& other) {
    return stats::independent_ratio(base.launch_p50, other.launch_p50);
}

template <stats::RatioEstimate (*estimate)(const Measured&, const Measured&), bool has_tolerance>
Decision by_launches(const Measured& base, const Measured& other) {
    const stats::RatioEstimate ratio = estimate(base, other);
    const double p_value = stats::p_value_within(ratio, has_tolerance ? tolerance : 0);
    return decision(p_value <= stats::verdict_level, std::log(ratio.value));
}

/// Mann and Whitney's test by its normal approximation: the samples are thousands, and ties are none.
Decision by_mann_whitney(const Measured& base, const Measured& other) {
    double pairs_slower = 0;  // pairs in which the other's is larger
    std::size_t below = 0;
    for (const double sample : other.pooled) {
        while (below < base.pooled.size() && base.pooled[below] < sample) {
            ++below;
        }
        pairs_slower += static_cast<double>(below);
    }
    const auto m = static_cast<double>(base.pooled.size());
    const auto n = static_cast<double>(other.pooled.size());
    const double excess = pairs_slower - m * n / 2;
    const double z = excess / std::sqrt(m * n * (m + n + 1) / 12);
    const double p_value = 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(z)));
    return decision(p_value < peers_level, excess);
}

Decision by_welch(const Measured& base, const Measured& other) {
    const stats::Moments of_base = stats::moments(base.pooled);
    const stats::Moments of_other = stats::moments(other.pooled);
    const auto m = static_cast<double>(base.pooled.size());
    const auto n = static_cast<double>(other.pooled.size());
    const double base_error = of_base.stddev * of_base.stddev / m;
    const double other_error = of_other.stddev * of_other.stddev / n;
    const double both = base_error + other_error;
    const double degrees = both * both / (base_error * base_error / (m - 1) + other_error * other_error / (n - 1));
    const double difference = of_other.mean - of_base.mean;
    const boost::math::students_t distribution(degrees);
    const double p_value =
        2 * boost::math::cdf(boost::math::complement(distribution, std::abs(difference) / std::sqrt(both)));
    return decision(p_value < peers_level, difference);
}

template <int percent>
Decision by_limit(const Measured& base, const Measured& other) {
    const double ratio = stats::quantile(other.pooled, 0.5) / stats::quantile(base.pooled, 0.5);
    return decision(std::abs(ratio - 1) > percent / 100.0, ratio - 1);
}

}  // namespace

stats::RatioEstimate paired_ratio(const Measured& base, const Measured& other) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < base.launch_p50.size(); ++i) {
        ratios.push_back(other.launch_p50[i] / base.launch_p50[i]);
    }
    return stats::paired_ratio_of(ratios);
}

Measured scaled(const Measured& measured, double factor) {
    Measured result = measured;
    for (std::vector<double>* values : {&result.launch_p50, &result.pooled}) {
        for (double& value : *values) {
            value *= factor;
        }
    }
    return result;
}

const std::vector<Rule>& rules() {
    static const std::vector<Rule> table{
        {"paired", "gravbench run --versus: paired launches, shown beyond 2.5% by p <= 0.025",
         by_launches<paired_ratio, true>},
        {"independent", "gravbench compare: launches of two runs, the same", by_launches<independent, true>},
        {"paired_p", "the first without its tolerance", by_launches<paired_ratio, false>},
        {"independent_p", "the second without its tolerance", by_launches<independent, false>},
        {"mann_whitney", "google/benchmark's compare.py: Mann-Whitney, p < 0.05, on iterations", by_mann_whitney},
        {"welch", "Welch's t, p < 0.05, on iterations", by_welch},
        {"limit_5", "medians differ by more than 5%", by_limit<5>},
        {"limit_7", "medians differ by more than 7%", by_limit<7>},
    };
    return table;
}

}  // namespace gravbench::verdicts
