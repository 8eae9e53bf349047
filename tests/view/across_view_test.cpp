#include "view/across_view.h"

#include "catch.h"
#include "text_lines.h"

namespace gravbench::view {
namespace {

compare::AcrossEntry some_entry(std::size_t runs) {
    compare::AcrossEntry entry;
    entry.p50_ms = 12.92;
    entry.p50_ci95 = stats::Interval{12.8, 13.0};
    entry.throughput_per_s = 77;
    entry.runs = runs;
    return entry;
}

compare::Across some_across() {
    compare::Across across;
    across.machines = {{"c7g.xlarge", "Neoverse V1 (Graviton3)", {"a.json", "b.json", "c.json"}},
                       {"c7i.xlarge", "Intel Xeon Platinum 8488C", {"d.json"}},
                       {"c6a.xlarge", "AMD EPYC 7R13", {"e.json"}}};
    compare::AcrossEntry of_type = some_entry(2);
    of_type.left_out = {{"b.json", "timeout"}};
    compare::AcrossEntry of_one = some_entry(1);
    of_one.ratio = stats::RatioEstimate{1.014, {0.99, 1.04}, 0.01, 8};
    of_one.own_spread = compare::KnownSpread{compare::assumed_spread, 0};
    compare::AcrossEntry without;
    without.reason = "engine_crashed: there is no complete launch of this cell on this machine, so it has no figures";
    without.left_out = {{"e.json", without.reason}};
    across.warnings.push_back({"model_file", "c7i.xlarge: the model's file is another one than on c7g.xlarge", 1});
    across.rows.push_back({"distilbert-sst2:batch=1,seq=128,threads=4,jit=freeze", {of_type, of_one, without}});
    return across;
}

TEST_CASE("on a terminal no line of machines side by side is longer, and reasons are told") {
    for (const int width : {80, 100, 160}) {
        INFO(width);
        const std::string text = render_across(some_across(), {"table", {}, width});
        CHECK(too_long(text, static_cast<std::size_t>(width)).empty());
        const std::string flat = unwrapped(text);
        CHECK_THAT(flat, Contains("there is no complete launch of this cell on this machine"));
        CHECK_THAT(flat, Contains("machine c7i.xlarge: Intel Xeon Platinum 8488C"));
        CHECK_THAT(flat, Contains("warning c7i.xlarge: the model's file is another one"));
        CHECK_THAT(flat, Contains("without b.json (timeout)"));
        CHECK_THAT(flat, Contains("this type of machine, 3 runs: a.json, b.json, c.json"));
        CHECK_THAT(flat, Contains("this one machine"));
        CHECK_THAT(flat, Contains("do not say which instance they are of"));
        CHECK_THAT(flat, Contains("5.5% assumed in 1 of 1 ratio"));
    }
    CHECK_THAT(lines_of(render_across(some_across(), {}))[1], Contains("distilbert-sst2:batch=1"));
}

TEST_CASE("the columns of machines side by side can be chosen, and what an interval holds for is one") {
    CHECK_THAT(render_across(some_across(), {"markdown", {"machine", "p50_ms", "holds_for"}}),
               StartsWith("| machine | p50 ms | holds for |\n") &&
                   Contains("| c7g.xlarge | 12.92 | this type of machine, 2 of 3 runs |\n") &&
                   Contains("| c7i.xlarge | 12.92 | this one machine |\n") && Contains("| c6a.xlarge | - | - |\n"));
}

TEST_CASE("where documents name their machines these are counted") {
    compare::Across across = some_across();
    across.machines[0].count = 2;
    across.rows[0].entries[0] = some_entry(3);
    across.rows[0].entries[0].machines = 2;
    const Presentation chosen{"markdown", {"machine", "holds_for"}};
    CHECK_THAT(render_across(across, chosen), Contains("| this type of machine, 2 machines, 3 runs |") &&
                                                  Contains("this type of machine, 2 machines, 3 runs: a.json") &&
                                                  !Contains("runs of a type"));
    across.machines[0].count = across.rows[0].entries[0].machines = 3;
    CHECK_THAT(render_across(across, chosen), Contains("| this type of machine, 3 machines |"));
    across.machines[0].count = across.rows[0].entries[0].machines = 1;
    CHECK_THAT(render_across(across, chosen),
               Contains("| this one machine, 3 runs |") && Contains("this one machine, 3 runs: a.json"));
}

TEST_CASE("of machines with one document each nothing is said of types") {
    compare::Across across = some_across();
    across.machines[0].documents = {"a.json"};
    across.rows[0].entries[0] = some_entry(1);
    const std::string text = render_across(across, {});
    CHECK_THAT(text, !Contains("type of machine") && !Contains("runs of a type"));
}

TEST_CASE("a spread between runs that earlier ones tell is not called assumed") {
    compare::Across across = some_across();
    across.rows[0].entries[1].own_spread = compare::KnownSpread{compare::assumed_spread, 8};
    CHECK_THAT(render_across(across, {}), !Contains("assumed"));
}

}  // namespace
}  // namespace gravbench::view
