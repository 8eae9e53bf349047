#include "view/format.h"

#include <set>

#include "base/errors.h"
#include "base/text.h"
#include "catch.h"
#include "document/writer.h"
#include "document_builder.h"
#include "view/across_view.h"
#include "view/audit_view.h"
#include "view/comparison_view.h"
#include "view/render.h"

namespace gravbench::view {
namespace {

using document::Document;

constexpr Content all_contents[] = {Content::results, Content::comparison, Content::across, Content::audit,
                                    Content::doctor};

Document some_document() {
    return document_of({some_cell(), failed_cell("out_of_memory", {{{"batch", 8}}})});
}

std::string render(Content content, const std::string& format, const Document& document = some_document()) {
    switch (content) {
        case Content::results:
            return render_results(document, {format});
        case Content::comparison:
            return render_comparison({}, {format});
        case Content::across:
            return render_across({}, {format});
        case Content::audit:
            return render_audit(document, "kernel", {format});
        case Content::doctor:
            break;
    }
    return "rendered by the doctor itself\n";
}

TEST_CASE("every format has a name of its own, help, and shows whatever it is for") {
    std::set<std::string> names;
    for (const Format& format : formats()) {
        INFO(format.name);
        CHECK(names.insert(format.name).second);
        CHECK_FALSE(format.help.empty());
        CHECK_FALSE(format.contents.empty());
        for (const Content content : format.contents) {
            CHECK(&find_format(content, format.name) == &format);
            CHECK_THAT(format_names(content), Contains(format.name));
            // Whether anything is audited or not, CSV of no row is empty.
            CHECK_NOTHROW(render(content, format.name));
        }
    }
}

TEST_CASE("every content has a table, which is the default") {
    for (const Content content : all_contents) {
        CHECK(find_format(content, "table").is_for_people);
    }
}

TEST_CASE("an unknown format is refused with those that this content has") {
    CHECK_THROWS_AS(find_format(Content::results, "xml"), UsageError);
    CHECK_THROWS_WITH(find_format(Content::results, "xml"),
                      "--format: \"xml\" is not one of table, markdown, csv, jsonl, json");
    CHECK_THROWS_WITH(find_format(Content::comparison, "csv"), "--format: \"csv\" is not one of table, markdown, json");
    CHECK_THROWS_WITH(find_format(Content::audit, "jsonl"),
                      "--format: \"jsonl\" is not one of table, markdown, csv, json; did you mean \"json\"?");
    CHECK_THROWS_WITH(find_format(Content::doctor, "markdwon"),
                      "--format: \"markdwon\" is not one of table, markdown, json; did you mean \"markdown\"?");
}

TEST_CASE("a format or grouping that there is not is refused before anything is shown") {
    CHECK_THROWS_AS(check_results_view({"xml"}), UsageError);
    CHECK_THROWS_AS(check_comparison_view({"csv"}), UsageError);
    CHECK_THROWS_AS(check_across_view({"csv"}), UsageError);
    CHECK_THROWS_AS(check_audit_view("kernel", {"jsonl"}), UsageError);
    CHECK_THROWS_WITH(check_audit_view("kernels", {}),
                      "--by: \"kernels\" is not one of kernel, layer, family; did you mean \"kernel\"?");
}

TEST_CASE("columns are refused where there are none, and where there are none of that name") {
    CHECK_THROWS_AS(check_results_view({"json", {"p50_ms"}}), UsageError);
    CHECK_THROWS_AS(check_results_view({"jsonl", {"p50_ms"}}), UsageError);
    CHECK_THROWS_AS(check_comparison_view({"json", {"change"}}), UsageError);
    CHECK_THROWS_WITH(
        check_results_view({"table", {"p51_ms"}}),
        StartsWith("--columns: \"p51_ms\" is not one of all, key, ") && Contains("did you mean \"p50_ms\"?"));
    CHECK_NOTHROW(check_results_view({"table", {"all"}}));
    CHECK_NOTHROW(check_results_view({"csv", {"fpmath", "env", "p99_9_ms", "problems"}}));
    CHECK_NOTHROW(check_comparison_view({"markdown", {"cell", "verdict"}}));
    CHECK_NOTHROW(check_across_view({"table", {"cell", "per_vcpu_per_s"}}));
}

TEST_CASE("every format shows a document without cells") {
    for (const Format& format : formats()) {
        for (const Content content : format.contents) {
            INFO(format.name);
            CHECK_NOTHROW(render(content, format.name, document_of({})));
        }
    }
}

TEST_CASE("JSON is the document itself") {
    CHECK(render(Content::results, "json") == document::to_text(some_document()));
    CHECK(render(Content::audit, "json") == document::to_text(some_document()));
}

TEST_CASE("JSON Lines has one object for each cell, with its run and without samples") {
    const Document document = some_document();
    const std::vector<std::string> lines = split(render(Content::results, "jsonl"), '\n');
    REQUIRE(lines.size() == 3);
    CHECK(lines[2].empty());
    for (std::size_t i = 0; i < 2; ++i) {
        const Json line = Json::parse(lines[i]);
        CHECK(line["key"] == document.cells[i].key);
        CHECK(line["run_id"] == document.run.id);
        CHECK_FALSE(line.contains("samples"));
        CHECK_FALSE(line.contains("launches"));
    }
}

TEST_CASE("a log that is not UTF-8 can be shown in every format") {
    document::Cell cell = failed_cell("engine_crashed");
    cell.log_tail = "caf\xe9";
    for (const char* format : {"table", "markdown", "csv", "jsonl", "json"}) {
        INFO(format);
        CHECK_NOTHROW(render(Content::results, format, document_of({cell})));
    }
}

TEST_CASE("a document of a later version with a problem unknown here can still be shown") {
    document::Cell cell = some_cell();
    cell.problems.push_back({"invented_later", "details"});
    for (const char* format : {"table", "markdown", "csv", "jsonl", "json"}) {
        INFO(format);
        CHECK_THAT(render(Content::results, format, document_of({cell})), Contains("invented_later"));
    }
    CHECK_THAT(render(Content::results, "table", document_of({cell})),
               Contains("invented_later: details (not known to this version)"));
}

}  // namespace
}  // namespace gravbench::view
