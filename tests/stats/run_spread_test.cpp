#include "stats/run_spread.h"

#include "base/errors.h"
#include "catch.h"

namespace gravbench::stats {
namespace {

const std::vector<double> base_launches{10, 10.2, 10.1};
const std::vector<double> new_launches{10.5, 10.4, 10.7};

Centre run_at(double logarithm, double squared_error = 1e-4) {
    return {logarithm, {squared_error, 4}};
}

Runs of_one_program(const std::vector<double>& logarithms) {
    Runs runs(1);
    for (const double logarithm : logarithms) {
        runs[0].push_back(run_at(logarithm));
    }
    return runs;
}

TEST_CASE("the spread between runs is the deviation of their figures, with a degree of freedom less than runs") {
    const auto spread = run_spread_of(of_one_program({0, 0.02, -0.02, 0.04}));
    REQUIRE(spread);
    CHECK(spread->variance.value == Approx(0.0006666666666666666));  // numpy.var(ddof=1)
    CHECK(spread->variance.degrees_of_freedom == 3);
    CHECK(spread->launches_part == Approx(1e-4));
}

TEST_CASE("what programs differ by is no spread between runs") {
    const auto spread = run_spread_of({{run_at(0), run_at(0.02)}, {run_at(5), run_at(5.02)}, {run_at(9)}});
    REQUIRE(spread);
    CHECK(spread->variance.value == Approx(0.0002));
    CHECK(spread->variance.degrees_of_freedom == 2);
}

TEST_CASE("fewer than three runs of a program tell no spread") {
    CHECK_FALSE(run_spread_of({}));
    CHECK_FALSE(run_spread_of(of_one_program({0, 0.02})));
    CHECK_FALSE(run_spread_of({{run_at(0)}, {run_at(1)}, {run_at(2)}, {run_at(3)}}));
}

TEST_CASE("a deviation has the interval that scipy gives by chi-square") {
    // sqrt(v * 3 / scipy.stats.chi2.ppf([.975, .025], 3)), scipy 1.17.1
    const Estimate deviation = deviation_of({0.0006666666666666666, 3});
    CHECK(deviation.value == Approx(0.025819888974716113));
    CHECK(deviation.ci95->low == Approx(0.014626697198607264));
    CHECK(deviation.ci95->high == Approx(0.09627067669885257));
}

TEST_CASE("runs whose launches are as those of the earlier ones are judged by what these differed by") {
    // exp of mean +- scipy.stats.t.ppf(.975, 3) * sqrt(2 * v), scipy 1.17.1
    const RunSpread spread = *run_spread_of(of_one_program({0, 0.02, -0.02, 0.04}));
    const RatioEstimate ratio = ratio_of_runs(base_launches, spread, new_launches, spread, true);
    CHECK(ratio.value == Approx(1.042865475440699));
    CHECK(ratio.ci95.low == Approx(0.9284541135263985));
    CHECK(ratio.ci95.high == Approx(1.171375498284367));
    CHECK(ratio.degrees_of_freedom == Approx(3));
}

TEST_CASE("launches that scatter more than those of the earlier runs count on top") {
    // Satterthwaite's degrees of the three variances, scipy 1.17.1
    const RunSpread assumed{{0.0009, 4}, 0};
    const RatioEstimate ratio = ratio_of_runs(base_launches, assumed, new_launches, assumed, true);
    CHECK(ratio.standard_error == Approx(0.04361735837886738));
    CHECK(ratio.degrees_of_freedom == Approx(4.452081616568827));
    CHECK(ratio.ci95.low == Approx(0.9282723666968778));
    CHECK(ratio.ci95.high == Approx(1.1716048423762835));
}

TEST_CASE("two spreads that were seen apart count as two") {
    const RatioEstimate ratio = ratio_of_runs(base_launches, {{0.0009, 4}, 0}, new_launches, {{0.0004, 6}, 0}, false);
    CHECK(ratio.standard_error == Approx(0.03744961884920262));
    CHECK(ratio.degrees_of_freedom == Approx(8.473182466067708));
}

TEST_CASE("several runs are known by what they differ by, with a degree of freedom less than runs") {
    const Centre centre = centre_of_runs(std::vector<double>{0, 0.02, -0.02, 0.04});
    CHECK(centre.value == Approx(0.01));
    CHECK(centre.squared_error.value == Approx(0.0006666666666666666 / 4));  // numpy.var(ddof=1)
    CHECK(centre.squared_error.degrees_of_freedom == 3);
    CHECK_THROWS_AS(centre_of_runs(std::vector<double>{0.02}), DataError);
}

TEST_CASE("the ratio of two runs with spreads of their own is that of their centres") {
    const RunSpread spread{{0.0009, 4}, 0.0001};
    const Centre base = centre_of_run(base_launches, spread);
    const RatioEstimate of_centres = ratio_between(base, centre_of_run(new_launches, spread));
    const RatioEstimate of_runs = ratio_of_runs(base_launches, spread, new_launches, spread, false);
    CHECK(of_centres.ci95.low == of_runs.ci95.low);
    CHECK(of_centres.degrees_of_freedom == of_runs.degrees_of_freedom);
    CHECK(base.squared_error.value > spread.variance.value - 1e-12);
}

TEST_CASE("without a spread between runs the launches alone count") {
    const RatioEstimate of_runs = ratio_of_runs(base_launches, {}, new_launches, {}, true);
    const RatioEstimate of_launches = independent_ratio(base_launches, new_launches);
    CHECK(of_runs.ci95.low == Approx(of_launches.ci95.low));
    CHECK(of_runs.ci95.high == Approx(of_launches.ci95.high));
}

}  // namespace
}  // namespace gravbench::stats
