#include "compare/verdict.h"

#include <vector>

#include "catch.h"

namespace gravbench::compare {
namespace {

using stats::RatioEstimate;

/// Paired launches whose ratio is about `value`, each within 1% of it.
RatioEstimate ratio_about(double value) {
    return stats::paired_ratio_of(std::vector<double>{value * 0.99, value * 1.01, value * 0.995, value * 1.005, value});
}

Verdict judged(const RatioEstimate& ratio, bool is_less_better = true) {
    return verdict_of(ratio, p_values_of({ratio}, 0.03).front(), is_less_better, {});
}

TEST_CASE("a ratio is slower where its interval lies beyond the tolerance, not where it only looks so") {
    CHECK(ratio_about(1.037).ci95.low < 1.03);
    CHECK(judged(ratio_about(1.037)) == Verdict::inconclusive);
    CHECK(ratio_about(1.042).ci95.low > 1.03);
    CHECK(judged(ratio_about(1.042)) == Verdict::worse);
    CHECK(judged(ratio_about(1.025)) == Verdict::inconclusive);
    CHECK(judged(ratio_about(1.01)) == Verdict::same);
}

TEST_CASE("a verdict and its opposite are as easily come by") {
    CHECK(judged(ratio_about(1 / 1.037)) == Verdict::inconclusive);
    CHECK(judged(ratio_about(1 / 1.042)) == Verdict::better);
    CHECK(judged(ratio_about(1.042), false) == Verdict::better);
    CHECK(judged(ratio_about(1 / 1.042), false) == Verdict::worse);
}

TEST_CASE("of many ratios one that is hardly beyond the tolerance is not told") {
    std::vector<std::optional<RatioEstimate>> ratios(20, ratio_about(1));
    ratios[7] = ratio_about(1.042);
    CHECK(verdict_of(*ratios[7], p_values_of(ratios, 0.03)[7], true, {}) == Verdict::inconclusive);
    ratios[7] = ratio_about(1.08);
    CHECK(verdict_of(*ratios[7], p_values_of(ratios, 0.03)[7], true, {}) == Verdict::worse);
}

TEST_CASE("exact ratios and those that are not there change no p-value of others") {
    const RatioEstimate exact = stats::paired_ratio_of(std::vector<double>{2, 2, 2});
    const auto alone = p_values_of({ratio_about(1.042), ratio_about(1.01)}, 0.03);
    const auto among = p_values_of({exact, ratio_about(1.042), std::nullopt, ratio_about(1.01), exact}, 0.03);
    REQUIRE(among.size() == 5);
    CHECK(!among[0]);
    CHECK(!among[2]);
    CHECK(among[1]->adjusted == alone[0]->adjusted);
    CHECK(among[3]->adjusted == alone[1]->adjusted);
    CHECK(among[1]->alone < among[1]->adjusted);
}

TEST_CASE("an exact ratio is judged by the tolerance alone") {
    const auto exact = [](double value) { return judged(stats::paired_ratio_of(std::vector<double>{value, value})); };
    CHECK(exact(1.029) == Verdict::same);
    CHECK(exact(1.031) == Verdict::worse);
    CHECK(exact(0.96) == Verdict::better);
}

TEST_CASE("exact figures of a cell are judged by their difference") {
    CHECK(verdict_of_difference(1, 0.99, false, 1e-4) == Verdict::worse);
    CHECK(verdict_of_difference(0.99, 1, false, 1e-4) == Verdict::better);
    CHECK(verdict_of_difference(1, 0.99998, false, 1e-4) == Verdict::same);
    CHECK(verdict_of_difference(0, 0, false, 1e-4) == Verdict::same);
}

}  // namespace
}  // namespace gravbench::compare
