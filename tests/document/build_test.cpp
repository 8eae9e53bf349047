#include "document/build.h"

#include <algorithm>

#include "catch.h"
#include "document/run_builder.h"

namespace gravbench::document {
namespace {

using records::CellOutcome;
using test::cell_of;
using test::codes_of;
using test::document_of;
using test::failed_launch;
using test::launches;
using test::some_cell;
using Codes = std::vector<std::string>;

ExitCode exit_code_with(const Codes& codes) {
    test::CellsAndOutcomes cells{{some_cell(), launches(5)}};
    for (const std::string& code : codes) {
        cells.push_back({some_cell(), launches(5)});
        cells.back().second.problems.push_back({code, ""});
    }
    return exit_code_for(document_of(cells));
}

TEST_CASE("a document says of the run what it was told") {
    const Document document = document_of({{some_cell(), launches(5)}});
    CHECK(document.name == "this run");
    CHECK(document.run.is_complete);
    CHECK(document.run.command == "gravbench run net");
    REQUIRE(document.machines.size() == 1);
    CHECK(document.machines[0].host.instance_type == "c7g.xlarge");
    REQUIRE(document.engines.size() == 1);
    CHECK(document.engines[0].description == test::some_engine());
    CHECK_FALSE(document.engines[0].is_emulated);
}

TEST_CASE("a cell whose launches all went well is valid and has figures") {
    const Cell cell = cell_of(launches(5));
    CHECK(cell.problems.empty());
    CHECK(cell.is_valid);
    CHECK(cell.latency.value().launches == 5);
    CHECK(cell.throughput.value().value);
    CHECK(cell.launches.size() == 5);
    CHECK(cell.log_tail.empty());
    CHECK(cell.identity == some_cell().identity);
    CHECK(cell.key == "net:batch=1");
}

TEST_CASE("a cell of which no launch went well has no figures, and the end of the log") {
    CellOutcome outcome;
    outcome.launches.push_back(failed_launch("engine_crashed"));
    const Cell cell = cell_of(outcome);
    CHECK(codes_of(cell.problems) == Codes{"engine_crashed"});
    CHECK_FALSE(cell.is_valid);
    CHECK_FALSE(cell.latency);
    CHECK_FALSE(cell.throughput);
    CHECK_FALSE(cell.cold_start);
    CHECK_FALSE(cell.peak_rss_bytes);
    CHECK(cell.launches.empty());
    CHECK(cell.log_tail == "last words");
    CHECK(cell.engine == 0U);
}

TEST_CASE("a failed launch counts for nothing in the figures of the others") {
    CellOutcome outcome = launches(4);
    const Cell without = cell_of(outcome);
    outcome.launches.insert(outcome.launches.begin() + 1, failed_launch("engine_timeout", 7));
    const Cell with = cell_of(outcome);
    CHECK(with.is_valid);
    CHECK(with.launches.size() == 4);
    CHECK(with.latency->at("p50").value == without.latency->at("p50").value);
    CHECK(with.latency->at("p50").ci95->high == without.latency->at("p50").ci95->high);
    CHECK(with.log_tail.empty());
}

TEST_CASE("a cell that was never launched has no engine and is not valid") {
    const Document document = document_of({{some_cell(), {}}});
    CHECK_FALSE(document.cells[0].engine);
    CHECK_FALSE(document.cells[0].is_valid);
    CHECK(exit_code_for(document) == ExitCode::not_trustworthy);
}

TEST_CASE("a figure that was asked for and is missing makes a run not trustworthy") {
    plan::RunOptions options = test::fixed_launches();
    options.stopping.metric = "p99";
    const Document document = document_of({{some_cell(), launches(5)}}, test::graviton3(), options);
    CHECK(codes_of(document.cells[0].problems) == Codes{"figure_missing"});
    CHECK(exit_code_for(document) == ExitCode::not_trustworthy);
    CHECK(static_cast<int>(exit_code_for(document)) == 4);
}

TEST_CASE("an engine that sees another CPU is emulated, and its cells are not valid") {
    machine::Machine laptop = test::graviton3();
    laptop.arch = "x86_64";
    laptop.cpu = "Intel(R) Xeon(R) Processor";
    const Document document = document_of({{some_cell(), launches(5)}}, laptop);
    CHECK(document.engines.at(0).is_emulated);
    REQUIRE(codes_of(document.cells[0].problems) == Codes{"emulated"});
    CHECK_FALSE(document.cells[0].is_valid);
    CHECK_THAT(document.cells[0].problems[0].message, Contains("aarch64 Neoverse-V1") && Contains("x86_64 Intel"));
    CHECK(exit_code_for(document) == ExitCode::fine);
}

TEST_CASE("a run exits with the gravest of its problems, in whichever order they come") {
    const std::pair<Codes, ExitCode> expected[] = {
        {{}, ExitCode::fine},
        {{"setting_without_effect", "interrupted"}, ExitCode::fine},
        {{"not_measured"}, ExitCode::not_trustworthy},
        {{"not_measured", "accuracy_below_limit"}, ExitCode::accuracy},
        {{"not_measured", "accuracy_below_limit", "engine_crashed"}, ExitCode::cell_failed},
        {{"setting_without_effect", "nonfinite_output"}, ExitCode::accuracy}};
    for (const auto& [codes, code] : expected) {
        CHECK(exit_code_with(codes) == code);
        CHECK(exit_code_with(Codes(codes.rbegin(), codes.rend())) == code);
    }
}

TEST_CASE("a cell's throughput counts the rows of its batch") {
    const Cell one = cell_of(launches(5));
    const Cell eight = cell_of(launches(5), some_cell({}, {{"batch", 8}}));
    CHECK(eight.throughput->value.value() == Approx(8 * one.throughput->value.value()));
}

TEST_CASE("a cell names the hash of the file that it measured") {
    CHECK(cell_of(launches(5)).model.sha256 == std::string(64, 'a'));
    plan::Cell bf16 = some_cell({{"dtype", "bf16"}});
    bf16.file = {"torchscript", "bf16"};
    CHECK(cell_of(launches(5), bf16).model.sha256 == std::string(64, 'b'));
}

TEST_CASE("an inference's time outside oneDNN is a share of the time without the profile") {
    CellOutcome outcome = test::outcome_of(test::with_medians({10, 10.1, 9.9, 10.05, 9.95}));
    outcome.audit = test::some_audit(6, 10);
    const Cell cell = cell_of(outcome);
    REQUIRE(cell.audit);
    CHECK(cell.audit->outside_onednn.value() == Approx(0.4).margin(0.01));
    CHECK(cell.audit->outside_reason.empty());
}

TEST_CASE("where profiled and unprofiled times disagree, the share outside oneDNN is not known, with the reason") {
    CellOutcome outcome = test::outcome_of(test::with_medians({100, 101, 99, 100.5, 99.5}));
    outcome.audit = test::some_audit(6, 10);
    const Cell cell = cell_of(outcome);
    REQUIRE(cell.audit);
    CHECK_FALSE(cell.audit->outside_onednn);
    CHECK_THAT(cell.audit->outside_reason, StartsWith("an inference took 10 ms under the profile, and "));
}

}  // namespace
}  // namespace gravbench::document
