#include "compare/verdict.h"

#include <cmath>

namespace gravbench::compare {
namespace {

bool is_tested(const std::optional<stats::RatioEstimate>& ratio) {
    return ratio && ratio->standard_error > 0;
}

Verdict direction(double increase, bool is_less_better) {
    return (increase > 0) == is_less_better ? Verdict::worse : Verdict::better;
}

}  // namespace

std::vector<std::optional<PValue>> p_values_of(const std::vector<std::optional<stats::RatioEstimate>>& ratios,
                                               double tolerance) {
    std::vector<double> alone;
    for (const auto& ratio : ratios) {
        if (is_tested(ratio)) {
            alone.push_back(stats::p_value_within(*ratio, tolerance));
        }
    }
    const std::vector<double> adjusted = stats::adjusted_p_values(alone);
    std::vector<std::optional<PValue>> result(ratios.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < ratios.size(); ++i) {
        if (is_tested(ratios[i])) {
            result[i] = PValue{alone[next], adjusted[next]};
            ++next;
        }
    }
    return result;
}

Verdict verdict_of(const stats::RatioEstimate& ratio, const std::optional<PValue>& p_value, bool is_less_better,
                   const VerdictRule& rule) {
    const double limit = std::log1p(rule.tolerance);
    const double effect = std::log(ratio.value);
    const bool is_beyond = p_value ? p_value->adjusted <= rule.false_discovery_rate : std::abs(effect) > limit;
    if (is_beyond) {
        return direction(effect, is_less_better);
    }
    const bool is_within = std::log(ratio.ci95.high) <= limit && std::log(ratio.ci95.low) >= -limit;
    return is_within ? Verdict::same : Verdict::inconclusive;
}

Verdict verdict_of_difference(double base, double other, bool is_less_better, double tolerance) {
    const double difference = other - base;
    return std::abs(difference) > tolerance ? direction(difference, is_less_better) : Verdict::same;
}

}  // namespace gravbench::compare
