#include <map>

#include "../results/outcome_builder.h"
#include "catch.h"
#include "view/column.h"
#include "view/render.h"

namespace gravbench::view {
namespace {

using namespace results;
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

TEST_CASE("CSV has every column, of settings at their default too, and one line for each cell") {
    const Json document =
        document_of({{some_cell(), {launches(5), {}}}, {some_cell({{"batch", 8}}), {launches(5), {}}}});
    const auto table = table_of(render_csv(document));
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

TEST_CASE("CSV has the figures with all their digits, and nothing for null") {
    const Json document =
        document_of({{some_cell(), {launches(5), {}}}, {some_cell(), {{failed_launch("engine_crashed")}, {}}}});
    const auto table = table_of(render_csv(document));
    CHECK(std::stod(table[0].at("stddev_ms")) == document["cells"][0]["latency_ms"]["stddev"].get<double>());
    CHECK(table[0].at("p99_ms").empty());
    CHECK(table[0].at("seq").empty());
    CHECK(table[0].at("peak_rss_mib") == "512.0");
    CHECK(table[1].at("p50_ms").empty());
    CHECK(table[1].at("valid") == "false");
    CHECK(table[1].at("problems") == "engine_crashed");
}

TEST_CASE("commas, quotes and line ends survive CSV") {
    for (const char* value : {"a,b", "say \"x\"", "\"", "two\nlines", "two\rlines", "two\r\nlines", "", " ", "a;b"}) {
        INFO(value);
        const auto table =
            table_of(render_csv(document_of({{some_cell({{"env", {{"A", value}}}}), {launches(5), {}}}})));
        REQUIRE(table.size() == 1);
        CHECK(table[0].at("env") == "A=" + std::string(value));
        CHECK(table[0].at("key") == "net:batch=1,env.A=" + std::string(value));
    }
}

TEST_CASE("several problems of a cell stand in one field, each code once") {
    const auto table = table_of(render_csv(document_of(
        {{some_cell(), {launches(2), {{"setting_without_effect", "a"}, {"setting_without_effect", "b"}}}}})));
    CHECK(table[0].at("problems") == "setting_without_effect too_few_launches");
}

}  // namespace
}  // namespace gravbench::view
