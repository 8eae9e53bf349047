#include <map>

#include "catch.h"
#include "document_builder.h"
#include "view/column.h"
#include "view/render.h"

namespace gravbench::view {
namespace {

using document::Document;
using Row = std::vector<std::string>;

/// Reads CSV as RFC 4180 describes it.
std::vector<Row> parsed(const std::string& text) {
    std::vector<Row> rows(1, Row(1));
    bool is_quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            rows.back().back() += text[++i];
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && c == ',') {
            rows.back().emplace_back();
        } else if (!is_quoted && (c == '\n' || c == '\r')) {
            rows.emplace_back(1);
        } else {
            rows.back().back() += c;
        }
    }
    CHECK_FALSE(is_quoted);
    CHECK(rows.back() == Row{""});  // The last line is ended.
    rows.pop_back();
    return rows;
}

/// The rows below the heading, by column.
std::vector<std::map<std::string, std::string>> table_of(const std::string& csv) {
    const std::vector<Row> rows = parsed(csv);
    std::vector<std::map<std::string, std::string>> table;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        REQUIRE(rows[i].size() == rows[0].size());
        table.emplace_back();
        for (std::size_t j = 0; j < rows[0].size(); ++j) {
            CHECK(table.back().emplace(rows[0][j], rows[i][j]).second);
        }
    }
    return table;
}

std::string csv_of(const Document& document, std::vector<std::string> columns = {}) {
    return render_results(document, {"csv", std::move(columns)});
}

TEST_CASE("CSV has every column, of settings at their default too, and one line for each cell") {
    const Document document = document_of({some_cell(), some_cell({{{"batch", 8}}})});
    const auto table = table_of(csv_of(document));
    REQUIRE(table.size() == 2);
    for (const Column& column : columns_for(document)) {
        INFO(column.name);
        CHECK(table[0].count(column.name) == 1);
    }
    CHECK(table[0].at("key") == "net:batch=1");
    CHECK(table[0].at("valid") == "true");
    CHECK(table[1].at("batch") == "8");
    CHECK(table[0].at("fpmath") == "strict");
    CHECK(table[0].at("launches") == "5");
}

TEST_CASE("CSV has the figures with all their digits, and nothing for what is missing") {
    const auto table = table_of(csv_of(document_of({some_cell(), failed_cell("engine_crashed")})));
    CHECK(table[0].at("stddev_ms") == "0.123456789012345");
    CHECK(table[0].at("p99_ms").empty());
    CHECK(table[0].at("seq").empty());
    CHECK(table[0].at("peak_rss_mib") == "512.0");
    CHECK(table[1].at("p50_ms").empty());
    CHECK(table[1].at("valid") == "false");
    CHECK(table[1].at("problems") == "engine_crashed");
}

TEST_CASE("CSV is the same on a terminal") {
    CHECK(render_results(wide_document(), {"csv", {}, 80}) == csv_of(wide_document()));
}

TEST_CASE("CSV has the chosen columns in their order") {
    const std::string text = csv_of(document_of({some_cell()}), {"p50_ms", "key"});
    CHECK(text == "p50_ms,key\n12.92,net:batch=1\n");
}

TEST_CASE("the engine, dimensions and variables of a cell are those of its identity") {
    const auto table = table_of(csv_of(document_of({some_cell({.shape = {{"batch", 2}, {"images", 3}, {"tokens", 4}},
                                                               .environment = {{"A", "x"}, {"B", "y"}},
                                                               .engine = "openvino",
                                                               .variant = 2})})));
    CHECK(table[0].at("batch") == "2");
    CHECK(table[0].at("shape") == "images=3 tokens=4");
    CHECK(table[0].at("env") == "A=x B=y");
    CHECK(table[0].at("engine") == "openvino");
    CHECK(table[0].at("variant") == "2");
}

TEST_CASE("commas, quotes and line ends survive CSV") {
    for (const char* value : {"a,b", "say \"x\"", "\"", "two\nlines", "two\rlines", "two\r\nlines", "", " ", "a;b"}) {
        INFO(value);
        document::Cell cell = some_cell({.environment = {{"A", value}}});
        cell.key = std::string("net:env.A=") + value;
        const auto table = table_of(csv_of(document_of({cell})));
        REQUIRE(table.size() == 1);
        CHECK(table[0].at("env") == "A=" + std::string(value));
        CHECK(table[0].at("key") == "net:env.A=" + std::string(value));
    }
}

TEST_CASE("several problems of a cell stand in one field, each code once") {
    document::Cell cell = some_cell();
    cell.problems = {{"setting_without_effect", "a"}, {"setting_without_effect", "b"}, {"too_few_launches", "c"}};
    CHECK(table_of(csv_of(document_of({cell})))[0].at("problems") == "setting_without_effect too_few_launches");
}

}  // namespace
}  // namespace gravbench::view
