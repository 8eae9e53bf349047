#include <algorithm>

#include "catch.h"
#include "document_builder.h"
#include "text_lines.h"
#include "view/column.h"
#include "view/render.h"

namespace gravbench::view {
namespace {

using document::Document;
using Names = std::vector<std::string>;

Names shown_in(const Document& document) {
    Names names;
    for (const Column& column : columns_for(document)) {
        if (column.is_shown) {
            names.push_back(column.name);
        }
    }
    return names;
}

bool has(const Names& names, const std::string& name) {
    return std::count(names.begin(), names.end(), name) == 1;
}

Document document_with(const std::vector<Differences>& differences) {
    std::vector<document::Cell> cells;
    for (const Differences& of_cell : differences) {
        cells.push_back(some_cell(of_cell));
    }
    return document_of(cells);
}

Differences with_setting(const std::string& name, const Value& value) {
    return {.settings = {{name, value}}};
}

std::string render_table(const Document& document) {
    return render_results(document, {"table"});
}

std::string render_markdown(const Document& document) {
    return render_results(document, {"markdown"});
}

TEST_CASE("settings that every cell leaves at their default have no column") {
    const Names names = shown_in(document_with({{}, {}}));
    CHECK(has(names, "model"));
    CHECK(has(names, "batch"));
    CHECK(has(names, "p50_ms"));
    for (const char* name : {"key", "valid", "seq", "threads", "fpmath", "jit", "dtype", "layout", "lru-cache", "shape",
                             "env", "engine", "variant"}) {
        INFO(name);
        CHECK_FALSE(has(names, name));
    }
}

TEST_CASE("a setting that differs between cells, or from its default in all, has a column") {
    CHECK(has(shown_in(document_with({{}, with_setting("fpmath", "bf16")})), "fpmath"));
    CHECK(has(shown_in(document_with({with_setting("fpmath", "bf16")})), "fpmath"));
    CHECK(has(shown_in(document_with({{}, {.engine = "openvino"}})), "engine"));
    CHECK(has(shown_in(document_with({{}, {.variant = 2}})), "variant"));
    const Names names = shown_in(document_with(
        {{.shape = {{"seq", 16}}}, {.environment = {{"A", "x"}}}, {.shape = {{"batch", 1}, {"tokens", 4}}}}));
    CHECK(has(names, "seq"));
    CHECK(has(names, "env"));
    CHECK(has(names, "shape"));
}

TEST_CASE("a setting that a cell does not have is a dash") {
    const std::string text = render_markdown(document_with({{.shape = {{"batch", 1}, {"seq", 16}}}, {}}));
    CHECK_THAT(text, Contains("| net | 1 | 16 |"));
    CHECK_THAT(text, Contains("| net | 1 | - |"));
}

TEST_CASE("a table has one line for each cell, in order, below its headings") {
    const std::vector<std::string> lines = lines_of(render_table(document_with({{{{"batch", 1}}}, {{{"batch", 32}}}})));
    REQUIRE(lines.size() >= 5);
    CHECK_THAT(lines[2], StartsWith("model  batch  p50 ms  95% interval"));
    CHECK_THAT(lines[3], StartsWith("net        1   12.92  "));
    CHECK_THAT(lines[4], StartsWith("net       32   12.92  "));
}

TEST_CASE("the figures of a cell that has none are dashes") {
    const std::string text = render_markdown(document_of({failed_cell("engine_crashed")}));
    CHECK_THAT(text, Contains("| net | 1 | - | - | - | - | - | - | - | - | engine_crashed |"));
}

TEST_CASE("an interval has the digits of the figures beside it, and no exponent") {
    document::Cell cell = some_cell();
    percentile_of(*cell.latency, "p50") = {12345.6, stats::Interval{12300.4, 12400.6}, "", ""};
    CHECK_THAT(render_markdown(document_of({cell})), Contains("| 12346 | 12300 .. 12401 |"));
    percentile_of(*cell.latency, "p50").ci95 = stats::Interval{62.0, 62.14159};
    CHECK_THAT(render_markdown(document_of({cell})), Contains("| 62.00 .. 62.14 |"));
}

TEST_CASE("the machine, its engine and oneDNN's version stand above the table") {
    CHECK(lines_of(render_table(document_with({{}})))[0] ==
          "c7g.xlarge, Neoverse V1 (Graviton3), 4 cores of 4 vCPUs, aarch64; engine torch 2.13.0, oneDNN 3.12.0");
    Document unknown = document_of({bare_cell()});
    unknown.machines[0].host.instance_type.reset();
    unknown.machines[0].host.cpu.clear();
    CHECK(lines_of(render_table(unknown))[0] == "unknown CPU, 4 cores of 4 vCPUs, aarch64");
}

TEST_CASE("each engine that a cell ran on stands above the table once") {
    Document document = document_with({{}, {}, {}});
    document.engines.push_back(some_engine("2.14.0"));
    document.cells[2].engine = 1;
    CHECK_THAT(lines_of(render_table(document))[0],
               Contains("; engine torch 2.13.0, oneDNN 3.12.0; engine torch 2.14.0, oneDNN 3.12.0"));
}

TEST_CASE("emulated and partial runs say so, others do not") {
    Document emulated = document_with({{}});
    emulated.engines[0].is_emulated = true;
    Document stopped = document_with({{}});
    stopped.run.is_complete = false;
    for (const auto render : {render_table, render_markdown}) {
        CHECK_THAT(render(document_with({{}})), !Contains("EMULATED") && !Contains("PARTIAL"));
        CHECK_THAT(render(emulated), Contains("EMULATED: the times below mean nothing.\n"));
        CHECK_THAT(render(stopped), Contains("PARTIAL: the run was interrupted.\n"));
    }
}

TEST_CASE("where only some cells were emulated, they are named") {
    Document document = document_with({{}, {{{"batch", 8}}}});
    document.engines.push_back(some_engine());
    document.engines[1].is_emulated = true;
    document.cells[1].engine = 1;
    CHECK_THAT(render_table(document), Contains("EMULATED: the times of these cells mean nothing: net:batch=8\n"));
}

TEST_CASE("random weights are stated once for each model, trained ones are not") {
    for (const auto render : {render_table, render_markdown}) {
        for (const char* kind : {"random", "pretrained", "unknown", ""}) {
            INFO(kind);
            Document document = document_with({{}, {{{"batch", 8}}}});
            document.cells[0].model.weights_kind = document.cells[1].model.weights_kind = kind;
            const std::string line = line_with(render(document), "weights");
            CHECK(line.empty() == (kind != std::string("random")));
            CHECK((line.empty() || line.rfind("weights  random, not trained: net (", 0) == 0));
        }
    }
}

TEST_CASE("a problem is stated with its cell, message and remedy, and a failed cell's log") {
    const std::string text = render_table(document_of({failed_cell("prepare_failed")}));
    CHECK_THAT(text, Contains("problem  net:batch=1: prepare_failed: it went wrong (see the message; --jit "
                              "none leaves it as it is)\n"));
    CHECK_THAT(text, Contains("log  net:batch=1: the engine's log ends with:\nlast words\n"));
    CHECK(line_with(render_table(document_with({{}})), "problem").empty());
}

TEST_CASE("what several cells have alike is stated once, with all of them") {
    const std::string text =
        render_table(document_of({failed_cell("prepare_failed"), failed_cell("load_failed", {{{"batch", 2}}}),
                                  failed_cell("prepare_failed", {{{"batch", 4}}})}));
    CHECK_THAT(text,
               Contains("problem  net:batch=1, net:batch=4: prepare_failed: it went wrong (see the message; --jit "
                        "none leaves it as it is)\n"
                        "problem  net:batch=2: load_failed: it went wrong"));
    CHECK_THAT(text,
               Contains("log  net:batch=1: ") && Contains("log  net:batch=2: ") && Contains("log  net:batch=4: "));
}

TEST_CASE("a figure that is missing has its reason below the table, once") {
    const std::string reason = "p99 -: " + too_few_for_p99;
    for (const auto render : {render_table, render_markdown}) {
        const std::string all = render(document_with({{}, {{{"batch", 8}}}}));
        CHECK(line_with(all, "p99 -") == reason);
        // Columns that the table does not have need no reason.
        CHECK(line_with(all, "p99.9 -").empty());
        Document document = document_with({{}, {{{"batch", 8}}}, {{{"batch", 16}}}});
        percentile_of(*document.cells[0].latency, "p99") = figure_of(20);
        CHECK(line_with(render(document), "p99 -") == reason + " (net:batch=8, net:batch=16)");
        percentile_of(*document.cells[2].latency, "p99") = missing("launches differ by more than a factor of ten");
        CHECK(line_with(render(document), "p99 -") == reason + " (net:batch=8)");
        CHECK_THAT(render(document), Contains("p99 -: launches differ by more than a factor of ten (net:batch=16)\n"));
    }
}

TEST_CASE("an interval that is missing has its reason, and so has a throughput") {
    document::Cell cell = some_cell();
    percentile_of(*cell.latency, "p50").ci95.reset();
    percentile_of(*cell.latency, "p50").interval_reason = "needs at least 2 launches, there is 1";
    cell.throughput = missing("no block was whole");
    const std::string text = render_table(document_of({cell}));
    CHECK_THAT(text, Contains("95% interval -: needs at least 2 launches, there is 1\n"));
    CHECK_THAT(text, Contains("items/s -: no block was whole\n"));
}

TEST_CASE("no reason is given for what is there, or for a cell without any figure") {
    document::Cell cell = some_cell();
    percentile_of(*cell.latency, "p99") = figure_of(20);
    CHECK_THAT(render_table(document_of({cell, failed_cell("load_failed")})), !Contains(" -: "));
}

TEST_CASE("a bar or newline within a value does not break a Markdown table") {
    const std::string text = render_markdown(document_with({{.environment = {{"A", "x|y\nz"}}}}));
    CHECK_THAT(text, Contains("| net | 1 | A=x\\|y z |"));
}

TEST_CASE("every line of a Markdown table has as many cells as its heading") {
    const std::string text =
        render_markdown(document_with({with_setting("fpmath", "bf16"), {.shape = {{"batch", 1}, {"seq", 4}}}}));
    std::vector<long> bars;
    for (const std::string& line : lines_of(text)) {
        if (line.rfind('|', 0) == 0) {
            bars.push_back(std::count(line.begin(), line.end(), '|'));
        }
    }
    REQUIRE(bars.size() == 4);
    CHECK(std::count(bars.begin(), bars.end(), bars.front()) == 4);
}

TEST_CASE("no line of a table ends in blanks") {
    for (const std::string& line : lines_of(render_table(document_with({{}, {{{"batch", 8}}}})))) {
        CHECK((line.empty() || line.back() != ' '));
    }
}

}  // namespace
}  // namespace gravbench::view
