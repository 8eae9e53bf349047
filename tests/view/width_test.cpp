#include <algorithm>

#include "catch.h"
#include "document_builder.h"
#include "text_lines.h"
#include "view/column.h"
#include "view/render.h"

namespace gravbench::view {
namespace {

using document::Document;

constexpr int widths[] = {80, 100, 160};

std::string shown(const Document& document, std::optional<int> width, std::vector<std::string> columns = {}) {
    return render_results(document, {"table", std::move(columns), width});
}

std::vector<std::string> headings_shown_unasked(const Document& document) {
    std::vector<std::string> headings;
    for (const Column& column : columns_for(document)) {
        if (column.is_shown) {
            headings.push_back(column.heading);
        }
    }
    return headings;
}

/// Without the lines of problems, which have words of their own.
std::string until_problems(const std::string& text) {
    return text.substr(0, text.find("\nproblem  "));
}

TEST_CASE("no line is longer than the terminal is wide") {
    for (const int width : widths) {
        INFO(width);
        CHECK(too_long(shown(wide_document(), width), static_cast<std::size_t>(width)).empty());
        CHECK(too_long(shown(document_of({some_cell(), failed_cell("prepare_failed", {{{"batch", 2}}})}), width),
                       static_cast<std::size_t>(width))
                  .empty());
        CHECK(too_long(shown(wide_document(), width, {"all"}), static_cast<std::size_t>(width)).empty());
    }
}

TEST_CASE("every column stands in the table, above it, or is named below it") {
    for (const int width : widths) {
        const std::string text = until_problems(unwrapped(shown(wide_document(), width)));
        for (const std::string& heading : headings_shown_unasked(wide_document())) {
            INFO(width << " " << heading);
            CHECK_THAT(text, Contains(heading));
        }
    }
}

TEST_CASE("what all cells share is told with its value") {
    CHECK_THAT(unwrapped(shown(wide_document(), 80)),
               Contains("all cells: model net, seq 128, jit freeze, env DNNL_VERBOSE_TIMESTAMP=1"));
}

TEST_CASE("a wider terminal shows no less") {
    std::size_t before = 0;
    for (const int width : widths) {
        const std::string text = unwrapped(shown(wide_document(), width));
        const std::size_t named = text.find("not shown for lack of width");
        const std::size_t length = named == std::string::npos ? 0 : text.find('(', named) - named;
        CHECK((before == 0 || length <= before));
        before = length;
    }
}

TEST_CASE("the flag that the line names brings what had fallen away") {
    const std::string text = shown(document_of({some_cell(), failed_cell("load_failed", {{{"batch", 2}}})}), 80);
    const std::string line = unwrapped(text);
    const std::size_t flag = line.find("(--columns ");
    REQUIRE(flag != std::string::npos);
    const std::size_t start = flag + std::string("(--columns ").size();
    const std::string name = line.substr(start, line.find_first_of(", ", start) - start);
    CHECK_NOTHROW(shown(wide_document(), 80, {name}));
    CHECK(name == "peak_rss_mib");
}

TEST_CASE("a problem is wrapped, and nothing of it is lost") {
    for (const int width : widths) {
        CHECK_THAT(unwrapped(shown(wide_document(), width)),
                   Contains("setting_without_effect: fpmath bf16 changed no kernel of 53, as far as the log of oneDNN "
                            "shows it in any of the inferences"));
    }
}

TEST_CASE("in a pipe a table has every column and no line is broken") {
    const std::string text = shown(wide_document(), std::nullopt);
    const std::string heading = line_with(text, "model");
    for (const std::string& column : headings_shown_unasked(wide_document())) {
        INFO(column);
        CHECK_THAT(heading, Contains(column));
    }
    CHECK_THAT(text, !Contains("not shown") && !Contains("all cells"));
    CHECK_FALSE(too_long(text, 160).empty());
    CHECK(lines_of(text).size() == lines_of(shown(wide_document(), 10000)).size());
}

TEST_CASE("Markdown is whole on a terminal too") {
    const Document document = wide_document();
    CHECK(render_results(document, {"markdown", {}, 80}) == render_results(document, {"markdown"}));
}

TEST_CASE("chosen columns come in their order, in a pipe and on a terminal") {
    for (const std::optional<int> width : {std::optional<int>(), std::optional(80)}) {
        const std::string text = shown(wide_document(), width, {"p99_9_ms", "batch", "model"});
        CHECK_FALSE(line_with(text, "p99.9 ms  batch  model").empty());
        CHECK_THAT(text, !Contains("items/s") && !Contains("not shown"));
    }
    CHECK_THAT(render_results(wide_document(), {"markdown", {"model", "p50_ms"}}), Contains("| model | p50 ms |\n"));
}

TEST_CASE("all columns on a terminal are several tables, and every value is there") {
    const std::string text = shown(wide_document(), 80, {"all"});
    for (const Column& column : columns_for(wide_document())) {
        INFO(column.name);
        CHECK_THAT(text, Contains(column.heading));
    }
    CHECK_THAT(text, !Contains("not shown"));
}

TEST_CASE("a column that has fallen away needs no reason for its dashes") {
    const std::string text = unwrapped(shown(wide_document(), 80, {"batch", "p50_ms"}));
    CHECK_THAT(text, !Contains("p99 -"));
    CHECK_THAT(unwrapped(shown(wide_document(), 80, {"p99_ms"})), Contains("p99 -: needs at least"));
}

}  // namespace
}  // namespace gravbench::view
