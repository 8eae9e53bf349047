#include "compare/comparison_reader.h"

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "compare/comparison_json.h"
#include "document_builder.h"

using namespace gravbench;
using namespace gravbench::compare;
using gravbench::test::cell_of;
using gravbench::test::document_of;

namespace {

/// One cell of each kind: same, slower, inconclusive, not compared, disturbed; and a metric without an interval.
Json some_comparison() {
    const Value bf16 = std::string("bf16");
    const Value any = std::string("any");
    document::Cell exact = cell_of({10, 10.01, 10.02});
    exact.accuracy.emplace();
    exact.accuracy->outputs.cosine_similarity = 1.0;
    document::Cell slower = cell_of({30, 30.01, 30.02}, {{"fpmath", bf16}});
    slower.launches[0].measured.blocks[0].disturbed_by.push_back("waited");
    const auto base =
        document_of({exact, cell_of({10, 10.01, 10.02}, {{"fpmath", bf16}}), cell_of({9, 10, 12}, {{"fpmath", any}}),
                     cell_of({10}, {{"jit", std::string("freeze")}})});
    const auto other =
        document_of({exact, slower, cell_of({9, 10, 12}, {{"fpmath", any}}),
                     cell_of({10}, {{"jit", std::string("freeze")}}), cell_of({1, 1}, {{"dtype", bf16}})},
                    "two");
    ComparisonOptions options;
    options.metrics = {"p50", "cosine"};
    options.rule.tolerance = 0.05;
    return to_json(compare::compare(base, other, match(base, {}, other, {}), options));
}

class Folder {
  public:
    std::filesystem::path write(const std::string& text) const {
        const auto path = folder_.path() / "verdict.json";
        write_file(path, text);
        return path;
    }
    std::filesystem::path write(const Json& json) const { return write(readable_json(json)); }

  private:
    TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("a comparison that was written is read as it was") {
    const Folder folder;
    const Json written = some_comparison();
    const Comparison read = read_comparison(folder.write(written));
    CHECK(to_json(read) == written);
    CHECK(read.options.metrics == std::vector<std::string>{"p50", "cosine"});
    CHECK(exit_code_for(read) == ExitCode::regression);
}

TEST_CASE("a damaged comparison is refused with file and place") {
    const auto [pointer, value, place] = GENERATE(table<std::string, std::string, std::string>({
        {"/cells", "{}", "\"cells\""},
        {"/cells/0", "7", "cells[0]"},
        {"/cells/1/ratio", "\"fast\"", "cells[1]: \"ratio\""},
        {"/cells/0/ratio_ci95", "[1]", "cells[0]: \"ratio_ci95\""},
        {"/cells/0/ratio_ci95", "[1, null]", "cells[0]: \"ratio_ci95\""},
        {"/cells/0/metric", "\"p51\"", "cells[0]: \"metric\": \"p51\" is not one of p50"},
        {"/cells/0/verdict", "\"smaller\"", "cells[0]: \"verdict\": \"smaller\" is not one of faster, slower"},
        {"/cells/0/standard_error", "null", "cells[0]: \"standard_error\""},
        {"/cells/0/base", "null", "cells[0]: \"base\""},
        {"/cells/0/base_launches", "-1", "cells[0]: \"base_launches\""},
        {"/cells/1/disturbed", "[]", "cells[1].disturbed"},
        {"/cells/1/run_spread", "7", "cells[1].run_spread"},
        {"/cells/1/run_spread/base", "null", "cells[1].run_spread.base"},
        {"/cells/1/run_spread/new/deviation", "-0.1", "cells[1].run_spread.new.deviation"},
        {"/cells/1/run_spread/new/deviation", "1e200", "cells[1].run_spread.new.deviation"},
        {"/cells/1/run_spread/new/degrees_of_freedom", "0", "cells[1].run_spread.new.degrees_of_freedom"},
        {"/cells/1/run_spread/base/from", "\"history\"", "cells[1].run_spread.base.from"},
        {"/cells/1/run_spread/base/runs", "1.5", "cells[1].run_spread.base.runs"},
        {"/cells/2/settling/in_one_run", "2", "cells[2].settling: \"in_one_run\""},
        {"/cells/2/settling/launches", "2.5", "cells[2].settling: \"launches\""},
        {"/tolerance", "\"3%\"", "\"tolerance\""},
        {"/only_in_new", "[3]", "\"only_in_new\""},
        {"/warnings/0/message", "{}", "warnings[0]: \"message\""},
    }));
    const Folder folder;
    Json damaged = some_comparison();
    damaged.at(Json::json_pointer(pointer)) = Json::parse(value);
    INFO(pointer << " = " << value);
    CHECK_THROWS_MATCHES(read_comparison(folder.write(damaged)), DataError,
                         Catch::Matchers::Predicate<DataError>([&, where = place](const DataError& error) {
                             const std::string message = error.what();
                             return message.find("verdict.json: ") != std::string::npos &&
                                    message.find(where) != std::string::npos;
                         }));
}

TEST_CASE("a comparison is told by its schema, wherever that stands") {
    const Folder folder;
    const auto [text, is_one] = GENERATE(table<std::string, bool>({
        {R"({"schema": "gravbench.comparison/1"})", true},
        {R"({"cells": [{"schema": 1}, [2], {}], "a": {"schema": "x"}, "schema": "gravbench.comparison/1", "b")", true},
        {R"({"schema": "gravbench.results/2"})", false},
        {R"({"schema": 1})", false},
        {R"({"a": {"schema": "gravbench.comparison/1"}})", false},
        {R"([{"schema": "gravbench.comparison/1"}])", false},
        {R"("schema")", false},
        {"{\"a\": nonsense", false},
        {"", false},
    }));
    INFO(text);
    CHECK(is_comparison(folder.write(text)) == is_one);
    CHECK(!is_comparison("no such file.json"));
}
