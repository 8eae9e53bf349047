#include "view/comparison_view.h"

#include <fmt/format.h>

#include "catch.h"
#include "text_lines.h"
#include "view/noise_view.h"

namespace gravbench::view {
namespace {

using compare::Comparison;

constexpr int widths[] = {80, 100, 160};

const compare::Metric p50 = {"p50", "p50 ms"};

compare::CellComparison some_cell(const std::string& key) {
    compare::CellComparison cell;
    cell.metric = &p50;
    cell.base_key = key;
    cell.other_key = key + ",fpmath=bf16";
    cell.difference = "fpmath strict -> bf16, engine torch -> graviton3-emulated";
    cell.verdict = compare::Verdict::inconclusive;
    cell.base = 12.92;
    cell.other = 13.10;
    cell.ratio = stats::RatioEstimate{1.014, {0.99, 1.04}, 0.01, 8};
    cell.is_paired = true;
    cell.base_launches = cell.other_launches = 5;
    cell.smallest_detectable = 1.043;
    cell.settling = compare::Settling{24, 300, 0};
    return cell;
}

/// The same of two runs, whose spread is assumed.
compare::CellComparison of_two_runs(const std::string& key) {
    compare::CellComparison cell = some_cell(key);
    cell.is_paired = false;
    cell.run_spreads = compare::RunSpreads{{compare::assumed_spread, 0}, {{{0.0004, 9}, 0}, 10}, false};
    cell.settling->is_in_one_run = true;
    return cell;
}

Comparison some_comparison() {
    Comparison comparison;
    for (int i = 0; i < 12; ++i) {
        comparison.cells.push_back(
            some_cell(fmt::format("distilbert-sst2:batch={},seq=128,threads=4,jit=freeze,layout=channels_last", i)));
    }
    comparison.warnings.push_back(
        {"warmup", std::string(30, 'w') + " has other calls of warm-up than the base, 3 and 5", 12});
    comparison.only_in_base = {"resnet50:batch=1"};
    return comparison;
}

TEST_CASE("in a pipe a comparison has all columns, one line for each cell") {
    const std::string text = render_comparison(some_comparison(), {});
    CHECK(lines_of(text)[0].find("cell ") == 0);
    for (const char* heading :
         {"difference", "metric", "base", "new", "change", "95% interval", "launches", "verdict", "note"}) {
        CHECK_THAT(lines_of(text)[0], Contains(heading));
    }
    CHECK_THAT(lines_of(text)[1], Contains("fpmath strict -> bf16, engine torch -> graviton3-emulated") &&
                                      Contains("could have shown +4.3%; --launches 24 would settle it"));
}

TEST_CASE("on a terminal no line of a comparison is longer, and nothing is lost without being named") {
    for (const int width : widths) {
        INFO(width);
        const std::string text = render_comparison(some_comparison(), {"table", {}, width});
        CHECK(too_long(text, static_cast<std::size_t>(width)).empty());
        const std::string flat = unwrapped(text);
        for (const char* heading :
             {"cell", "difference", "metric", "base", "new", "change", "95% interval", "launches", "verdict", "note"}) {
            INFO(heading);
            CHECK_THAT(flat, Contains(heading));
        }
        CHECK_THAT(flat, Contains("could have shown +4.3%; --launches 24 would settle it"));
        CHECK_THAT(flat, Contains("difference fpmath strict -> bf16, engine torch -> graviton3-emulated"));
        CHECK_THAT(flat, Contains("12 inconclusive"));
    }
}

TEST_CASE("the columns of a comparison can be chosen") {
    const std::string text = render_comparison(some_comparison(), {"table", {"verdict", "change"}});
    CHECK(lines_of(text)[0] == "verdict       change");
    CHECK(lines_of(text)[1] == "inconclusive  +1.4%");
}

TEST_CASE("of two runs it says what they are judged with, and that one run settles what is open") {
    Comparison comparison;
    comparison.cells = {of_two_runs("one"), some_cell("two")};
    const std::string text = render_comparison(comparison, {"table", {}, std::nullopt});
    CHECK_THAT(text, Contains(describe(comparison.cells[0].run_spreads->base) + ", 2% by 10 runs"));
    CHECK_THAT(text, Contains("both in one run (--versus, --versus-engine) with --launches 24"));
    CHECK_THAT(text, Contains("assumed in 1 of 1 comparison; gravbench noise MODEL --runs 10 --every 10m measures it"));
    comparison.cells = {some_cell("two")};
    CHECK_THAT(render_comparison(comparison, {"table", {}, std::nullopt}), !Contains("spread between runs"));
}

}  // namespace
}  // namespace gravbench::view
