#include "view/format.h"

#include <set>

#include "../results/outcome_builder.h"
#include "base/errors.h"
#include "base/text.h"
#include "catch.h"
#include "view/render.h"

namespace gravbench::view {
namespace {

using namespace results;

Json some_document() {
    return document_of(
        {{some_cell(), {launches(5), {}}}, {some_cell({{"batch", 8}}), {{failed_launch("out_of_memory")}, {}}}});
}

TEST_CASE("every format has a name of its own, help, and shows something") {
    std::set<std::string> names;
    for (const Format& format : formats()) {
        INFO(format.name);
        CHECK(names.insert(format.name).second);
        CHECK_FALSE(format.help.empty());
        CHECK(&find_format(format.name) == &format);
        CHECK_THAT(format_names(), Contains(format.name));
        const std::string text = format.render(some_document());
        REQUIRE_FALSE(text.empty());
        CHECK(text.back() == '\n');
    }
}

TEST_CASE("an unknown format is refused with those there are") {
    CHECK_THROWS_AS(find_format("xml"), UsageError);
    CHECK_THROWS_WITH(find_format("xml"), "--format: \"xml\" is not one of table, markdown, csv, jsonl, json");
}

TEST_CASE("every format shows a document without cells") {
    const Json empty = document_of({});
    for (const Format& format : formats()) {
        INFO(format.name);
        CHECK_NOTHROW(format.render(empty));
    }
}

TEST_CASE("JSON is the document itself") {
    CHECK(Json::parse(render_json(some_document())) == some_document());
}

TEST_CASE("JSON Lines has one object for each cell, with its run and without samples") {
    const Json document = some_document();
    const std::vector<std::string> lines = split(render_jsonl(document), '\n');
    REQUIRE(lines.size() == 3);
    CHECK(lines[2].empty());
    for (std::size_t i = 0; i < 2; ++i) {
        const Json line = Json::parse(lines[i]);
        CHECK(line["key"] == document["cells"][i]["key"]);
        CHECK(line["run_id"] == document["run"]["id"]);
        CHECK_FALSE(line.contains("samples"));
        CHECK(line["latency_ms"] == document["cells"][i]["latency_ms"]);
    }
}

TEST_CASE("a log that is not UTF-8 can be shown in every format") {
    LaunchRecord failed = failed_launch("engine_crashed");
    failed.log_tail = "caf\xe9";
    const Json document = document_of({{some_cell(), {{failed}, {}}}});
    for (const Format& format : formats()) {
        INFO(format.name);
        CHECK_NOTHROW(format.render(document));
    }
}

TEST_CASE("a document of a later version with a problem unknown here can still be shown") {
    Json document = some_document();
    document["cells"][0]["problems"].push_back({{"code", "invented_later"}, {"message", "details"}});
    for (const Format& format : formats()) {
        INFO(format.name);
        CHECK_THAT(format.render(document), Contains("invented_later"));
    }
}

}  // namespace
}  // namespace gravbench::view
