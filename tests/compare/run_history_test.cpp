#include "compare/run_history.h"

#include <cmath>

#include "base/clock.h"
#include "catch.h"
#include "compare/comparison.h"
#include "document_builder.h"

using namespace gravbench;
using namespace gravbench::compare;
using gravbench::test::cell_of;
using gravbench::test::document_of;
using gravbench::test::earlier_runs;

namespace {

const std::vector<double> about_ten{10, 10.05, 9.95, 10.02, 9.98, 10.01};
const std::vector<double> about_eleven{11, 11.05, 10.95, 11.02, 10.98, 11.01};
const document::Document base = document_of({cell_of(about_ten)});
const document::Document slower = document_of({cell_of(about_eleven)}, "two");

RunHistory history_of(const std::vector<document::Document>& runs, const std::string& metric = "p50") {
    RunHistory history({metric});
    for (const document::Document& run : runs) {
        history.add(run);
    }
    return history;
}

CellComparison compared(const RunHistory& history, const std::string& metric = "p50") {
    ComparisonOptions options;
    options.metrics = {metric};
    return compare::compare(base, slower, match(base, {}, slower, {}), options, history).cells.at(0);
}

RunSpreads spreads_by(const RunHistory& history) {
    return *history.spreads(base, base.cells[0], slower, slower.cells[0], find_metric("p50"));
}

}  // namespace

TEST_CASE("two runs are judged by an assumed spread where no earlier runs tell") {
    const CellComparison cell = compared(RunHistory());
    REQUIRE(cell.run_spreads);
    CHECK(cell.run_spreads->base.runs == 0);
    CHECK(describe(cell.run_spreads->base) == "5.5% assumed");
    // Their launches alone differ by 10% without any doubt.
    CHECK(cell.by_launches->ci95.low > 1.09);
    CHECK(cell.verdict == Verdict::inconclusive);
}

TEST_CASE("what is open between two runs is settled within one, by as many launches as those need") {
    const CellComparison cell = compared(RunHistory());
    REQUIRE(cell.settling);
    CHECK(cell.settling->is_in_one_run);
    CHECK(cell.settling->launches < 20);
}

TEST_CASE("what is open between runs of two engines names the command that settles it, with time enough for both") {
    const auto run_of = [](document::Document document, const std::string& engine, const Json& given) {
        document.run.given = given;
        document.engines.at(0).file = plan::EngineFile{engine, std::string(64, 'e')};
        return document;
    };
    const auto command_for = [&](const Json& given) {
        const document::Document before = run_of(base, "/old/engine", given);
        const document::Document after = run_of(slower, "/new/engine", given);
        return compare::compare(before, after, match(before, {}, after, {}), ComparisonOptions(), RunHistory());
    };
    const Comparison comparison = command_for({{"model", {"net"}}});
    const std::vector<std::string> command{"gravbench",   "run",         "--baseline",        base.name,
                                           "--engine",    "/new/engine", "--baseline-engine", "/old/engine",
                                           "--tolerance", "3%"};
    CHECK(comparison.settling_command == command);
    CHECK(comparison.settling_seconds > 0);
    const Comparison limited = command_for({{"model", {"net"}}, {"max-time", {"20s"}}});
    REQUIRE(limited.settling_command.size() == command.size() + 2);
    CHECK(limited.settling_command[command.size()] == "--max-time");
    const auto limit = parse_duration(limited.settling_command.back(), "limit");
    CHECK(static_cast<double>(limit.count()) >= 2e9 * limited.settling_seconds);
}

TEST_CASE("runs that hardly differed make a verdict of what launches show") {
    const CellComparison cell = compared(history_of(earlier_runs(base, 0.0001)));
    CHECK(cell.run_spreads->base.runs == 8);
    CHECK(cell.verdict == Verdict::worse);
}

TEST_CASE("runs that differed by as much as the two do leave the verdict open") {
    const CellComparison cell = compared(history_of(earlier_runs(base, 0.05)));
    CHECK(describe(cell.run_spreads->other) == "5.2% by 8 runs");
    CHECK(cell.verdict == Verdict::inconclusive);
}

TEST_CASE("a run counts once, and the compared ones never") {
    std::vector<document::Document> runs = earlier_runs(base, 0.01);
    runs.resize(4);
    runs[0].run.id = base.run.id;
    runs.push_back(runs[1]);
    CHECK(spreads_by(history_of(runs)).base.runs == 3);
}

TEST_CASE("runs on another kind of machine, of another cell or that must not be used do not count") {
    std::vector<document::Document> runs = earlier_runs(base, 0.01);
    SECTION("machine") {
        for (document::Document& run : runs) {
            run.machines[0].host.kernel = "another";
        }
    }
    SECTION("cell") {
        for (document::Document& run : runs) {
            run.cells[0].identity.shape["batch"] = 8;
        }
    }
    SECTION("invalid") {
        for (document::Document& run : runs) {
            run.cells[0].is_valid = false;
            run.cells[0].problems = {{"nonfinite_outputs", ""}};
        }
    }
    CHECK(spreads_by(history_of(runs)).base.runs == 0);
}

TEST_CASE("what two programs differ by is no spread between runs") {
    std::vector<document::Document> runs = earlier_runs(base, 0.2);
    for (std::size_t i = 0; i < runs.size(); i += 2) {
        runs[i].cells[0].model.sha256 = std::string(64, 'b');
    }
    const RunSpreads spreads = spreads_by(history_of(runs));
    CHECK(spreads.base.runs == 8);
    CHECK(std::sqrt(spreads.base.spread.variance.value) < 1e-6);
}

TEST_CASE("each side is judged by the runs of its own kind of machine") {
    document::Document elsewhere = slower;
    elsewhere.machines[0].host.cpu = "another";
    const auto spreads = history_of(earlier_runs(base, 0.05))
                             .spreads(base, base.cells[0], elsewhere, elsewhere.cells[0], find_metric("p50"));
    REQUIRE(spreads);
    CHECK(spreads->base.runs == 8);
    CHECK(spreads->other.runs == 0);
    CHECK_FALSE(spreads->are_one);
}

TEST_CASE("nothing is assumed of memory, which is no time") {
    CHECK_FALSE(compared(RunHistory({"memory"}), "memory").run_spreads);
    CHECK(compared(history_of(earlier_runs(base, 0.01), "memory"), "memory").run_spreads);
}

TEST_CASE("the cells of one run are compared by their launches") {
    const document::Document both =
        document_of({cell_of(about_ten), cell_of(about_eleven, {{"fpmath", std::string("bf16")}})});
    ComparisonOptions options;
    const CellComparison cell =
        compare::compare(both, both, match(both, {{"fpmath", "strict"}}, both, {{"fpmath", "bf16"}}), options,
                         history_of(earlier_runs(both, 0.5)))
            .cells.at(0);
    CHECK_FALSE(cell.run_spreads);
    CHECK(cell.verdict == Verdict::worse);
}

TEST_CASE("a run that drifted is called neither slower nor faster than another run") {
    document::Document drifting = document_of({cell_of({11, 11.44, 11.88, 12.32, 12.76, 13.2})}, "two");
    drifting.cells[0].problems = {{"drifting", "over launches"}};
    const auto history = history_of(earlier_runs(base, 0.0001));
    const CellComparison cell =
        compare::compare(base, drifting, match(base, {}, drifting, {}), ComparisonOptions(), history).cells.at(0);
    CHECK(cell.verdict == Verdict::inconclusive);
    CHECK_THAT(cell.reason, Contains("new run drifted by 18%"));
    CHECK(cell.settling->is_in_one_run);
}

TEST_CASE("what is far beyond a run's drift is a difference all the same") {
    document::Document drifting = document_of({cell_of({30, 30.5, 31, 31.5, 32, 32.5})}, "two");
    drifting.cells[0].problems = {{"drifting", "over launches"}};
    const auto history = history_of(earlier_runs(base, 0.0001));
    CHECK(compare::compare(base, drifting, match(base, {}, drifting, {}), ComparisonOptions(), history)
              .cells.at(0)
              .verdict == Verdict::worse);
}

TEST_CASE("a document without a run's name is one run with itself, and no earlier run") {
    document::Document nameless =
        document_of({cell_of(about_ten), cell_of(about_eleven, {{"fpmath", std::string("bf16")}})}, "");
    const CellComparison cell =
        compare::compare(nameless, nameless, match(nameless, {{"fpmath", "strict"}}, nameless, {{"fpmath", "bf16"}}),
                         ComparisonOptions())
            .cells.at(0);
    CHECK(cell.is_paired);
    CHECK_FALSE(cell.run_spreads);
    std::vector<document::Document> runs = earlier_runs(base, 0.01);
    for (document::Document& run : runs) {
        run.run.id.clear();
    }
    CHECK(spreads_by(history_of(runs)).base.runs == 0);
}

TEST_CASE("memory that one side's earlier runs tell of is judged by launches") {
    document::Document elsewhere = slower;
    elsewhere.machines[0].host.cpu = "another";
    CHECK_FALSE(history_of(earlier_runs(base, 0.01), "memory")
                    .spreads(base, base.cells[0], elsewhere, elsewhere.cells[0], find_metric("memory")));
}
