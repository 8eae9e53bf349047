#include "results/document.h"

#include <algorithm>

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "results/outcome_builder.h"

namespace gravbench::results {
namespace {

Json with_problems(const std::vector<std::string>& codes) {
    std::vector<std::pair<plan::Cell, CellOutcome>> cells{{some_cell(), {launches(5), {}}}};
    for (const std::string& code : codes) {
        cells.push_back({some_cell(), {launches(5), {{code, ""}}}});
    }
    return document_of(cells);
}

/// The members that the published schema requires and the value lacks.
void check_required(const Json& schema, const Json& value, const std::string& place) {
    for (const Json& member : member_or_empty(schema, "required")) {
        INFO(place << "/" << member.get<std::string>());
        CHECK(value.contains(member.get<std::string>()));
    }
    for (const auto& [name, property] : member_or_empty(schema, "properties").items()) {
        if (value.contains(name) && value[name].is_object()) {
            check_required(property, value[name], place + "/" + name);
        }
    }
}

TEST_CASE("a document has every member that its schema requires") {
    const Json schema = Json::parse(results_schema());
    CellOutcome outcome{launches(5), {}};
    outcome.launches[0].accuracy = some_accuracy();
    const Json json = document_of({{some_cell(), outcome},
                                   {some_cell({{"batch", 8}}), {{failed_launch("out_of_memory")}, {}}},
                                   {some_cell(), {}}});
    check_required(schema, json, "");
    for (const Json& cell : json["cells"]) {
        check_required(schema["$defs"]["cell"], cell, "cell");
    }
    CHECK(schema["properties"]["schema"]["const"] == Json(schema_name));
}

TEST_CASE("a document says of the run what it was told") {
    RunFacts run = some_run();
    run.is_complete = false;
    const Json json = document_of({{some_cell(), {launches(5), {}}}}, some_model(), graviton3(), run);
    CHECK(json["schema"] == Json("gravbench.results/1"));
    CHECK(json["run"]["status"] == Json("partial"));
    CHECK(json["run"]["command"] == Json("gravbench run net"));
    CHECK(json["machine"]["instance_type"] == Json("c7g.xlarge"));
    CHECK(json["machine"]["emulated"] == Json(false));
    CHECK(with_problems({})["run"]["status"] == Json("complete"));
}

TEST_CASE("an engine that sees another CPU is emulated, and its cells are not valid") {
    machine::Machine laptop = graviton3();
    laptop.arch = "x86_64";
    laptop.cpu = "Intel(R) Xeon(R) Processor";
    const Json json = document_of({{some_cell(), {launches(5), {}}}}, some_model(), laptop);
    CHECK(json["machine"]["emulated"] == Json(true));
    CHECK(codes_of(json["cells"][0]) == std::vector<std::string>{"emulated"});
    CHECK(json["cells"][0]["valid"] == Json(false));
    CHECK_THAT(json["cells"][0]["problems"][0]["message"].get<std::string>(),
               Contains("aarch64 Neoverse-V1") && Contains("x86_64 Intel"));
    CHECK(exit_code_for(json) == ExitCode::fine);
}

TEST_CASE("a run without problems exits with 0") {
    CHECK(exit_code_for(with_problems({})) == ExitCode::fine);
    CHECK(exit_code_for(with_problems({"setting_without_effect", "interrupted"})) == ExitCode::fine);
}

TEST_CASE("a run exits with the gravest of its problems, in whichever order they come") {
    const std::pair<std::vector<std::string>, ExitCode> expected[] = {
        {{"not_measured"}, ExitCode::not_trustworthy},
        {{"not_measured", "accuracy_below_limit"}, ExitCode::accuracy},
        {{"not_measured", "accuracy_below_limit", "engine_crashed"}, ExitCode::cell_failed},
        {{"not_measured", "engine_crashed"}, ExitCode::cell_failed},
        {{"setting_without_effect", "nonfinite_output"}, ExitCode::accuracy}};
    for (const auto& [codes, code] : expected) {
        std::vector<std::string> reversed(codes.rbegin(), codes.rend());
        CHECK(exit_code_for(with_problems(codes)) == code);
        CHECK(exit_code_for(with_problems(reversed)) == code);
    }
}

TEST_CASE("a document is read back as it was written") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "results.json";
    const Json json = with_problems({"not_measured"});
    write_file(path, readable_json(json));
    CHECK(read_document(path) == json);
}

TEST_CASE("a file that is no results document is refused by name, with what it is instead") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "results.json";
    const auto error_of = [&](const std::string& text) {
        write_file(path, text);
        try {
            read_document(path);
        } catch (const DataError& error) {
            const std::string message = error.what();
            CHECK_THAT(message, StartsWith(path.string() + ":"));
            return message.substr(path.string().size() + 1);
        }
        return std::string("no error");
    };
    CHECK(error_of(R"({"schema": "gravbench.results/2"})") ==
          " not a results document: \"schema\" is \"gravbench.results/2\", expected \"gravbench.results/1\"");
    CHECK(error_of("{}") == " not a results document: \"schema\" is null, expected \"gravbench.results/1\"");
    CHECK(error_of("[1]") == " not a results document: \"schema\" is null, expected \"gravbench.results/1\"");
    CHECK(error_of(R"({"schema": "gravbench.results/1", "run": {}, "machine": {}})") == " \"cells\" is missing");
    CHECK_THAT(error_of("p50,12.5\n"), StartsWith("1: not valid JSON: "));
    CHECK_THROWS_AS(read_document(folder.path() / "absent.json"), DataError);
}

}  // namespace
}  // namespace gravbench::results
