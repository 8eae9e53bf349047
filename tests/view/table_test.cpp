#include <algorithm>
#include <sstream>

#include "../results/outcome_builder.h"
#include "catch.h"
#include "view/column.h"
#include "view/render.h"

namespace gravbench::view {
namespace {

using namespace results;
using Names = std::vector<std::string>;

Names shown_in(const Json& document) {
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

Json document_with(const std::vector<Json>& settings) {
    std::vector<std::pair<plan::Cell, CellOutcome>> cells;
    for (const Json& changes : settings) {
        cells.push_back({some_cell(changes), {launches(5), {}}});
    }
    return document_of(cells);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// The line that starts with this word.
std::string line_with(const std::string& text, const std::string& start) {
    for (const std::string& line : lines_of(text)) {
        if (line.rfind(start, 0) == 0) {
            return line;
        }
    }
    return "";
}

TEST_CASE("settings that every cell leaves at their default have no column") {
    const Names names = shown_in(document_with({Json::object(), Json::object()}));
    CHECK(has(names, "model"));
    CHECK(has(names, "batch"));
    CHECK(has(names, "p50_ms"));
    for (const char* name : {"seq", "threads", "fpmath", "jit", "dtype", "layout", "lru-cache", "shape", "env"}) {
        INFO(name);
        CHECK_FALSE(has(names, name));
    }
}

TEST_CASE("a setting that differs between cells, or from its default in all, has a column") {
    CHECK(has(shown_in(document_with({Json::object(), {{"fpmath", "bf16"}}})), "fpmath"));
    CHECK(has(shown_in(document_with({{{"fpmath", "bf16"}}})), "fpmath"));
    const Names names = shown_in(document_with({{{"seq", 16}}, {{"env", {{"A", "x"}}}}, {{"shape", {{"tokens", 4}}}}}));
    CHECK(has(names, "seq"));
    CHECK(has(names, "env"));
    CHECK(has(names, "shape"));
}

TEST_CASE("a setting that a cell does not have is a dash") {
    const std::string text = render_markdown(document_with({{{"seq", 16}}, Json::object()}));
    CHECK_THAT(text, Contains("| net | 1 | 16 |"));
    CHECK_THAT(text, Contains("| net | 1 | - |"));
}

TEST_CASE("a table has one line for each cell, in order, below its headings") {
    const std::vector<std::string> lines = lines_of(render_table(document_with({{{"batch", 1}}, {{"batch", 32}}})));
    REQUIRE(lines.size() >= 5);
    CHECK_THAT(lines[2], StartsWith("model  batch  p50 ms  95% interval"));
    CHECK_THAT(lines[3], StartsWith("net        1   12.92  "));
    CHECK_THAT(lines[4], StartsWith("net       32   12.92  "));
}

TEST_CASE("the figures of a cell that has none are dashes") {
    const std::string text = render_markdown(document_of({{some_cell(), {{failed_launch("engine_crashed")}, {}}}}));
    CHECK_THAT(text, Contains("| net | 1 | - | - | - | - | - | - | - | - | engine_crashed |"));
}

TEST_CASE("an interval has the digits of the figures beside it, and no exponent") {
    Json document = document_with({Json::object()});
    document["cells"][0]["latency_ms"]["p50"] = 12345.6;
    document["cells"][0]["latency_ms"]["p50_ci95"] = Json::array({12300.4, 12400.6});
    CHECK_THAT(render_markdown(document), Contains("| 12346 | 12300 .. 12401 |"));
    document["cells"][0]["latency_ms"]["p50_ci95"] = Json::array({62.0, 62.14159});
    CHECK_THAT(render_markdown(document), Contains("| 62.00 .. 62.14 |"));
}

TEST_CASE("the machine, its engine and oneDNN's version stand above the table") {
    const Json document = document_with({Json::object()});
    CHECK(lines_of(render_table(document))[0] ==
          "c7g.xlarge, Neoverse V1 (Graviton3), 4 cores of 4 vCPUs, aarch64; engine torch 2.13.0, oneDNN 3.12.0");
    machine::Machine unknown = graviton3();
    unknown.instance_type.reset();
    unknown.cpu.clear();
    const std::string line = lines_of(render_table(document_of({{some_cell(), {}}}, some_model(), unknown)))[0];
    CHECK(line == "unknown CPU, 4 cores of 4 vCPUs, aarch64");
}

TEST_CASE("emulated and partial runs say so, others do not") {
    machine::Machine laptop = graviton3();
    laptop.arch = "x86_64";
    RunFacts stopped = some_run();
    stopped.is_complete = false;
    for (const auto render : {render_table, render_markdown}) {
        const std::string fine = render(document_with({Json::object()}));
        CHECK_THAT(fine, !Contains("EMULATED") && !Contains("PARTIAL"));
        CHECK_THAT(render(document_of({{some_cell(), {launches(5), {}}}}, some_model(), laptop)),
                   Contains("EMULATED: the times below mean nothing."));
        CHECK_THAT(render(document_of({{some_cell(), {launches(5), {}}}}, some_model(), graviton3(), stopped)),
                   Contains("PARTIAL: the run was interrupted."));
    }
}

TEST_CASE("random weights are stated once for each model, trained ones are not") {
    const std::vector<std::pair<plan::Cell, CellOutcome>> cells{{some_cell(), {launches(5), {}}},
                                                                {some_cell({{"batch", 8}}), {launches(5), {}}}};
    for (const auto render : {render_table, render_markdown}) {
        CHECK(line_with(render(document_of(cells, some_model("random"))), "weights")
                  .rfind("weights  random, not trained: net (", 0) == 0);
        CHECK(line_with(render(document_of(cells, some_model("pretrained"))), "weights").empty());
        CHECK(line_with(render(document_of(cells, some_model("unknown"))), "weights").empty());
    }
}

TEST_CASE("a problem is stated with its cell, message and remedy, and a failed cell's log") {
    const std::string text = render_table(document_of({{some_cell(), {{failed_launch("prepare_failed")}, {}}}}));
    CHECK_THAT(text, Contains("problem  net:batch=1: prepare_failed: it went wrong (use --jit none)\n"));
    CHECK_THAT(text, Contains("log  net:batch=1: the engine's log ends with:\nlast words\n"));
    CHECK(line_with(render_table(document_with({Json::object()})), "problem").empty());
}

TEST_CASE("what several cells have alike is stated once, with all of them") {
    const auto failed = [](const std::string& code) { return CellOutcome{{failed_launch(code)}, {}}; };
    const std::string text = render_table(document_of({{some_cell(), failed("prepare_failed")},
                                                       {some_cell({{"batch", 2}}), failed("load_failed")},
                                                       {some_cell({{"batch", 4}}), failed("prepare_failed")}}));
    CHECK_THAT(text, Contains("problem  net:batch=1, net:batch=4: prepare_failed: it went wrong (use --jit none)\n"
                              "problem  net:batch=2: load_failed: it went wrong"));
    CHECK_THAT(text,
               Contains("log  net:batch=1: ") && Contains("log  net:batch=2: ") && Contains("log  net:batch=4: "));
}

TEST_CASE("a bar or newline within a value does not break a Markdown table") {
    const std::string text = render_markdown(document_with({{{"env", {{"A", "x|y\nz"}}}}}));
    CHECK_THAT(text, Contains("| net | 1 | A=x\\|y z |"));
}

TEST_CASE("every line of a Markdown table has as many cells as its heading") {
    const std::string text = render_markdown(document_with({{{"fpmath", "bf16"}}, {{"seq", 4}}}));
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
    for (const std::string& line : lines_of(render_table(document_with({Json::object(), {{"batch", 8}}})))) {
        CHECK((line.empty() || line.back() != ' '));
    }
}

}  // namespace
}  // namespace gravbench::view
