#include "compare/comparison.h"

#include <cmath>

#include "base/errors.h"
#include "catch.h"
#include "document_builder.h"

using namespace gravbench;
using namespace gravbench::compare;
using gravbench::test::cell_of;
using gravbench::test::document_of;

namespace {

const std::vector<double> about_ten{10, 10.05, 9.95, 10.02, 9.98, 10.01};
const Value bf16 = std::string("bf16");

/// Of a machine whose runs hardly differ, so that what is tested is what launches show.
RunHistory steady_history(const document::Document& like, const std::string& metric) {
    RunHistory history({metric});
    for (const document::Document& run : gravbench::test::earlier_runs(like, 1e-5)) {
        history.add(run);
    }
    return history;
}

Comparison compared(const document::Document& base, const document::Document& other,
                    const std::string& metric = "p50") {
    ComparisonOptions options;
    options.metrics = {metric};
    return compare::compare(base, other, match(base, {}, other, {}), options, steady_history(base, metric));
}

CellComparison of_two_runs(const document::Cell& base, const document::Cell& other, const std::string& metric = "p50") {
    const Comparison comparison = compared(document_of({base}), document_of({other}, "two"), metric);
    REQUIRE(comparison.cells.size() == 1);
    return comparison.cells[0];
}

std::vector<double> times(double factor, std::vector<double> figures) {
    for (double& figure : figures) {
        figure *= factor;
    }
    return figures;
}

document::Cell with_verdict_of(const std::string& code) {
    document::Cell cell = cell_of(about_ten);
    cell.is_valid = false;
    cell.problems = {{"disturbed", "half of its blocks"}, {code, "it says why"}};
    return cell;
}

void disturb(records::Block& block, double factor) {
    block.disturbed_by.push_back("waited 12% of the time for a CPU");
    for (std::int64_t& sample : block.samples_ns) {
        sample = static_cast<std::int64_t>(static_cast<double>(sample) * factor);
    }
}

}  // namespace

TEST_CASE("a change beyond the tolerance has its verdict, and decides the exit code") {
    const auto [factor, verdict, code] =
        GENERATE(table<double, Verdict, ExitCode>({{1.2, Verdict::worse, ExitCode::regression},
                                                   {0.8, Verdict::better, ExitCode::fine},
                                                   {1, Verdict::same, ExitCode::fine}}));
    const Comparison comparison =
        compared(document_of({cell_of(about_ten)}), document_of({cell_of(times(factor, about_ten))}, "two"));
    REQUIRE(comparison.cells.size() == 1);
    CHECK(comparison.cells[0].verdict == verdict);
    CHECK(comparison.cells[0].ratio->value == Approx(factor));
    CHECK(exit_code_for(comparison) == code);
}

TEST_CASE("a side's figure is its document's own where all of its launches take part") {
    document::Cell cell = cell_of(about_ten);
    cell.latency->percentiles[0].value = 55.33;
    CHECK(of_two_runs(cell, cell_of(about_ten)).base == 55.33);
}

TEST_CASE("a figure that its document withholds is not made up for in a comparison") {
    document::Cell cell = cell_of(about_ten);
    cell.latency->percentiles[0].value.reset();
    CHECK_FALSE(of_two_runs(cell, cell_of(about_ten)).base);
}

TEST_CASE("a side's figure is that of the launches that take part where others do not") {
    document::Cell cell = cell_of({10, 12, 14});
    cell.launches[2].measured.blocks.pop_back();
    cell.launches[2].measured.blocks[0].samples_ns.resize(1);
    // p90 takes 7 samples, which only the first two have.
    const CellComparison one = of_two_runs(cell, cell_of(about_ten), "p90");
    CHECK(one.base_launches == 2);
    CHECK(*one.base == Approx(std::sqrt(120)).epsilon(2e-3));
    CHECK(one.base != cell.latency->at("p90").value);
}

TEST_CASE("launches of one number and one run are compared in pairs") {
    const std::vector<double> drifting{10, 11, 12, 13, 14, 15};
    const auto slower = cell_of(times(1.1, drifting), {{"fpmath", bf16}});
    document::Document both = document_of({cell_of(drifting), slower});
    both.versus.push_back({0, 1});
    const Comparison paired = compare_versus(both, {});
    REQUIRE(paired.cells.size() == 1);
    CHECK(paired.cells[0].is_paired);
    CHECK(paired.cells[0].verdict == Verdict::worse);
    CHECK(paired.cells[0].difference == "fpmath strict -> bf16");
    CHECK(!of_two_runs(cell_of(drifting), cell_of(times(1.1, drifting))).is_paired);
}

TEST_CASE("a launch without a counterpart is in no pair, and in no figure of the pairs") {
    document::Cell cell = cell_of({10, 10.1, 30}, {{"fpmath", bf16}});
    document::Document both = document_of({cell_of({10, 10.1}), cell});
    both.versus.push_back({0, 1});
    const CellComparison one = compare_versus(both, {}).cells.at(0);
    CHECK(one.other_launches == 2);
    CHECK(*one.other == Approx(*one.base));
}

TEST_CASE("without disturbed blocks a verdict is made once more") {
    document::Cell disturbed = cell_of(about_ten);
    for (document::Launch& launch : disturbed.launches) {
        // Of two blocks, the disturbed one has more samples, so that it decides the launch's median.
        auto& blocks = launch.measured.blocks;
        disturb(blocks[0], 4);
        blocks[0].samples_ns.insert(blocks[0].samples_ns.end(), 7, blocks[0].samples_ns[0]);
    }
    const CellComparison one = of_two_runs(cell_of(about_ten), disturbed);
    REQUIRE(one.disturbed);
    CHECK(one.disturbed->blocks == 6);
    CHECK(one.disturbed->of_blocks == 24);
    REQUIRE(one.disturbed->ratio);
    CHECK(one.disturbed->ratio->value == Approx(1).epsilon(1e-3));
    CHECK(one.disturbed->verdict == Verdict::same);
    CHECK(!of_two_runs(cell_of(about_ten), cell_of(about_ten)).disturbed);
}

TEST_CASE("a launch of disturbed blocks only is left out of the verdict without them") {
    document::Cell disturbed = cell_of(about_ten);
    for (std::size_t i = 1; i < disturbed.launches.size(); ++i) {
        for (records::Block& block : disturbed.launches[i].measured.blocks) {
            disturb(block, 1);
        }
    }
    const CellComparison one = of_two_runs(cell_of(about_ten), disturbed);
    REQUIRE(one.disturbed);
    CHECK(one.disturbed->blocks == 10);
    CHECK(!one.disturbed->ratio);
    CHECK(one.verdict == Verdict::same);
}

TEST_CASE("cells that must not be used are not compared, and it says which side and why") {
    CHECK_THAT(of_two_runs(cell_of(about_ten), with_verdict_of("engine_crashed")).reason,
               StartsWith("the new side is not valid: engine_crashed: it says why"));
    CHECK_THAT(of_two_runs(with_verdict_of("emulated"), cell_of(about_ten)).reason,
               StartsWith("the base ran on an emulated CPU"));
    const CellComparison none = of_two_runs(cell_of({}), cell_of(about_ten));
    CHECK(none.verdict == Verdict::not_compared);
    CHECK(none.reason == "the base is not valid: no complete launch");
    CHECK(!none.ratio);
}

TEST_CASE("too few launches are told with their numbers and what to do") {
    CHECK(of_two_runs(cell_of({10}), cell_of(about_ten)).reason ==
          "p50 needs at least 2 launches of each side; the base has 1, the new side 6 (gravbench run --launches 5)");
    CHECK(of_two_runs(cell_of(about_ten), cell_of(about_ten), "p99").reason ==
          "p99 needs at least 2 launches of each side that have it, a percentile with enough samples; the base has 0 "
          "of 6, the new side 0 of 6");
}

TEST_CASE("a document without cells leaves nothing to compare, and that is not fine") {
    const Comparison comparison = compared(document_of({}), document_of({cell_of(about_ten)}, "two"));
    CHECK(comparison.cells.empty());
    CHECK(comparison.only_in_other.size() == 1);
    CHECK(exit_code_for(comparison) == ExitCode::not_trustworthy);
    REQUIRE(!comparison.warnings.empty());
    CHECK(comparison.warnings[0].message == "one.json has no cells: its run measured nothing");
}

TEST_CASE("every metric has its figures from the same cells") {
    document::Cell other = cell_of(about_ten);
    for (document::Launch& launch : other.launches) {
        launch.measured.peak_rss_bytes *= 2;
        launch.measured.cold_start->first_inference_ns *= 3;
    }
    test::refresh(other);
    CHECK(of_two_runs(cell_of(about_ten), other, "memory").ratio->value == Approx(2));
    CHECK(*of_two_runs(cell_of(about_ten), other, "memory").base == 256);
    CHECK(of_two_runs(cell_of(about_ten), other, "first-inference").ratio->value == Approx(3));
    CHECK(*of_two_runs(cell_of(about_ten), other, "first-inference").base == 50);
    const CellComparison throughput = of_two_runs(cell_of(about_ten), cell_of(times(2, about_ten)), "throughput");
    CHECK(throughput.ratio->value == Approx(0.5));
    CHECK(throughput.verdict == Verdict::worse);
    CHECK(of_two_runs(cell_of(about_ten), cell_of(times(2, about_ten)), "mean").ratio->value == Approx(2));
}

TEST_CASE("cosine is one figure a cell, and missing on one side is told") {
    document::Cell exact = cell_of(about_ten);
    exact.accuracy.emplace();
    exact.accuracy->outputs.cosine_similarity = 1.0;
    document::Cell rough = exact;
    rough.accuracy->outputs.cosine_similarity = 0.9;
    CHECK(of_two_runs(exact, rough, "cosine").verdict == Verdict::worse);
    CHECK(of_two_runs(exact, cell_of(about_ten), "cosine").reason == "no cosine on the new side");
}

TEST_CASE("an unknown metric is refused with its nearest") {
    CHECK_THROWS_WITH(find_metric("p51"), Contains("did you mean \"p50\"?"));
}
