#include "view/layout.h"

#include <fmt/format.h>

#include <random>

#include "base/errors.h"
#include "catch.h"
#include "text_lines.h"

namespace gravbench::view {
namespace {

/// Two rows; "threads" is the same in both.
Table some_table() {
    return {{{"model", "model", 99, Role::setting},
             {"threads", "threads", 70, Role::setting},
             {"p50_ms", "p50 ms", always},
             {"p90_ms", "p90 ms", 30},
             {"first_ms", "first ms", 20}},
            {{"net", "cores", "12.92", "15.00", "80.00"}, {"transformer", "cores", "13.92", "16.00", "81.00"}}};
}

TEST_CASE("a table that fits, or goes into a pipe, is whole") {
    for (const std::optional<int> width : {std::optional<int>(), std::optional(80)}) {
        const Layout layout = fitted(some_table(), width, true);
        CHECK(layout.above.empty());
        CHECK(layout.below.empty());
        CHECK(layout.fallen.empty());
        CHECK(lines_of(layout.table)[0] == "model        threads  p50 ms  p90 ms  first ms");
        CHECK(lines_of(layout.table)[1] == "net          cores     12.92   15.00     80.00");
    }
}

TEST_CASE("what is the same in all rows moves above first") {
    const Layout layout = fitted(some_table(), 40, true);
    CHECK(layout.above == "all cells: threads cores\n");
    CHECK(lines_of(layout.table)[0] == "model        p50 ms  p90 ms  first ms");
    CHECK(layout.fallen.empty());
}

TEST_CASE("of a single row settings move above and figures stay") {
    Table table = some_table();
    table.rows.pop_back();
    const Layout layout = fitted(table, 34, true);
    CHECK(unwrapped(layout.above) == "all cells: model net, threads cores");
    CHECK(lines_of(layout.table)[0] == "p50 ms  p90 ms  first ms");
}

TEST_CASE("then the least important columns fall away, and are named with the flag that brings them") {
    const Layout layout = fitted(some_table(), 30, true);
    CHECK(lines_of(layout.table)[0] == "model        p50 ms  p90 ms");
    CHECK(layout.fallen == std::vector<std::string>{"first_ms"});
    CHECK(unwrapped(layout.below) == "not shown for lack of width: first ms (--columns first_ms shows them)");
    CHECK(too_long(layout.below, 30).empty());
    CHECK_THAT(unwrapped(fitted(some_table(), 20, true).below),
               Contains("p90 ms, first ms (--columns all shows them)"));
    CHECK_THAT(unwrapped(fitted(some_table(), 30, false).below), Contains("(in a pipe or a file they are)"));
}

TEST_CASE("what the table is about never falls away") {
    for (const int width : {6, 10, 12}) {
        CHECK_THAT(fitted(some_table(), width, true).table, StartsWith("p50 ms"));
    }
}

TEST_CASE("long fields get short before a column falls away") {
    Table table = some_table();
    table.columns[4] = {"problems", "problems", 90};
    table.rows[0][4] = "too_few_launches setting_without_effect";
    table.rows[1][4] = "-";
    table.brief["problems"] = {"2", "-"};
    const Layout layout = fitted(table, 40, true);
    CHECK_THAT(lines_of(layout.table)[1], StartsWith("net ") && Contains("  2"));
    CHECK(layout.fallen.empty());
}

TEST_CASE("notes move below, each once with its rows") {
    Table table = some_table();
    table.columns[4] = {"note", "note", 20, Role::note};
    table.rows[0][4] = table.rows[1][4] = "could have shown +2.3%; --launches 40 would settle it";
    CHECK(unwrapped(fitted(table, 50, true).below) ==
          "note all cells: could have shown +2.3%; --launches 40 would settle it");
    table.rows.push_back({"other", "cores", "14.92", "17.00", "-"});
    table.labels = {"net", "transformer", "other"};
    const Layout layout = fitted(table, 50, true);
    CHECK(lines_of(layout.table)[0] == "model        p50 ms  p90 ms");
    CHECK(unwrapped(layout.below) == "note net, transformer: could have shown +2.3%; --launches 40 would settle it");
    CHECK(too_long(layout.below, 50).empty());
}

TEST_CASE("a long key has a line of its own, once for the rows that follow one another") {
    const std::string key = "net:batch=1,threads=4,fpmath=bf16";
    const Table table{{{"cell", "cell", 99, Role::key}, {"metric", "metric", 70}, {"change", "change", always}},
                      {{key, "p50 ms", "+1.0%"}, {key, "p99 ms", "+2.0%"}, {"net:batch=8", "p50 ms", "+3.0%"}}};
    CHECK(fitted(table, 40, true).table ==
          "cell\n  metric  change\n" + key + "\n  p50 ms  +1.0%\n  p99 ms  +2.0%\nnet:batch=8\n  p50 ms  +3.0%\n");
}

TEST_CASE("chosen columns come in the order of the choice, each once") {
    const Table table = chosen(some_table(), {"p90_ms", "model", "p90_ms"});
    REQUIRE(table.columns.size() == 2);
    CHECK(table.columns[0].name == "p90_ms");
    CHECK(table.rows[1] == std::vector<std::string>{"16.00", "transformer"});
    CHECK(chosen(some_table(), {"first_ms", "all"}).columns.size() == 5);
    CHECK(chosen(some_table(), {"first_ms", "all"}).columns[0].name == "first_ms");
}

TEST_CASE("a column that there is not is refused with those there are") {
    CHECK_NOTHROW(check_columns({"model", "all"}, some_table().columns));
    CHECK_THROWS_AS(check_columns({"model", "p51_ms"}, some_table().columns), UsageError);
    CHECK_THROWS_WITH(check_columns({"p51_ms"}, some_table().columns),
                      "--columns: \"p51_ms\" is not one of all, model, threads, p50_ms, p90_ms, first_ms; did you mean "
                      "\"p50_ms\"?");
}

TEST_CASE("chosen columns that do not fit are parted into tables, with the rows' numbers") {
    const Layout layout = unabridged(some_table(), 30);
    CHECK(layout.table ==
          "#  model        threads\n1  net          cores\n2  transformer  cores\n\n"
          "#  p50 ms  p90 ms  first ms\n1   12.92   15.00     80.00\n2   13.92   16.00     81.00\n");
    CHECK_THAT(unabridged(some_table(), std::nullopt).table, StartsWith("model "));
}

TEST_CASE("a chosen column of sentences is broken into lines") {
    const Table table{{{"p50_ms", "p50 ms"}, {"note", "note"}}, {{"1", "one two three four five six"}}};
    CHECK(unabridged(table, 20).table == "#  p50 ms\n1       1\n\n#  note\n1  one two three\n  four five six\n");
}

Table random_table(std::mt19937& random) {
    const auto below = [&](std::size_t limit) { return random() % limit; };
    Table table;
    table.rows.resize(below(12) + 1);
    const std::size_t columns = below(20) + 1;
    for (std::size_t i = 0; i < columns; ++i) {
        const auto role = i == 0          ? Role::key
                          : below(6) == 0 ? Role::note
                          : below(2) == 0 ? Role::setting
                                          : Role::figure;
        table.columns.push_back(
            {fmt::format("c{}_ms", i), fmt::format("c{} ms", i), static_cast<int>(below(99)), role});
        const bool is_constant = below(3) == 0;
        for (auto& row : table.rows) {
            const std::size_t length = is_constant ? 6 : below(i == 0 ? 60 : 15) + 1;
            row.push_back(std::string(length, 'x') + (role == Role::note ? " yy zz yy zz yy zz" : ""));
        }
    }
    for (const auto& row : table.rows) {
        table.labels.push_back(row.front());
    }
    return table;
}

TEST_CASE("whatever the table, no line is longer than the width, and every column is shown or named") {
    std::mt19937 random(7);
    for (int i = 0; i < 500; ++i) {
        const Table table = random_table(random);
        const int width = 20 + static_cast<int>(random() % 140);
        const Layout fit = fitted(table, width, i % 2 == 0);
        const std::string text = fit.above + fit.table + fit.below;
        INFO(width << "\n" << text);
        REQUIRE(too_long(text, static_cast<std::size_t>(width)).empty());
        const std::string all = unabridged(table, width).table;
        REQUIRE(too_long(all, static_cast<std::size_t>(width)).empty());
        for (const TableColumn& column : table.columns) {
            REQUIRE_THAT(unwrapped(text), Contains(column.heading));
            REQUIRE_THAT(all, Contains(column.heading));
        }
    }
}

TEST_CASE("a table without rows has its headings at any width") {
    Table table = some_table();
    table.rows.clear();
    CHECK_THAT(fitted(table, 10, true).table, StartsWith("p50 ms"));
    CHECK_THAT(unabridged(table, 10).table, Contains("p50 ms"));
}

}  // namespace
}  // namespace gravbench::view
