#include "document/reader.h"

#include <limits>

#include "audit/work.h"
#include "base/errors.h"
#include "catch.h"
#include "document/roofline.h"
#include "document/run_builder.h"
#include "document/writer.h"

namespace gravbench::document {
namespace {

using test::some_cell;

constexpr int audited_threads = 4;

Yardstick some_yardstick() {
    machine::YardstickReading best;
    best.threads = audited_threads;
    best.f32_gflops = 100;
    best.bf16_gflops = 200;
    best.l2_gb_per_s = 64;
    best.memory_gb_per_s = 16;
    return {machine::YardstickDescription{"sve", "svebf16", "sve", 1 << 20, 0, 1 << 27},
            {best},
            {{2, "oneDNN 2.6.3", {{"f32", 216, "brgemm", 1024}}}}};
}

/// With an audit and its roofline, accuracy, precision, two variants on two engines, a failed cell and its log.
Document full_document() {
    records::CellOutcome measured = test::launches(5);
    measured.launches[0].accuracy = test::some_accuracy();
    measured.launches[0].accuracy->reference.export_check = protocol::Comparison{1.0, 0.0, 1e-6, 1.0, 0, 10};
    measured.launches[1].launch.blocks[0].disturbed_by = {"waited 25% of the time for a CPU"};
    measured.launches[2].launch.cold_start.reset();
    measured.audit = test::some_audit(6, 12);
    measured.audit->audit.threads = audited_threads;
    records::CellOutcome on_other = test::launches(3);
    for (records::LaunchRecord& record : on_other.launches) {
        record.engine.name = "other";
        record.engine.features = {"bf16"};
    }
    records::CellOutcome failed;
    failed.launches.push_back(test::failed_launch("out_of_memory"));
    plan::Cell other = some_cell({{"fpmath", "bf16"}, {"threads", std::int64_t{2}}});
    other.identity.engine = "other";
    other.identity.environment = {{"OMP_PROC_BIND", "close"}};
    other.identity.variant = 2;
    other.key = plan::key_of(other.identity);
    Document document =
        test::document_of({{some_cell(), measured}, {other, on_other}, {some_cell({{"jit", "freeze"}}), failed}});
    document.machines[0].yardstick = some_yardstick();
    document.versus.push_back({0, 1});
    return document;
}

const std::string& full_text() {
    static const std::string text = to_text(full_document());
    return text;
}

std::string replaced(const std::string& from, const std::string& to) {
    std::string text = full_text();
    const auto at = text.find(from);
    INFO(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

/// The text with the document changed as JSON.
std::string changed(const std::string& pointer, const Json& value) {
    Json json = Json::parse(full_text());
    json[Json::json_pointer(pointer)] = value;
    return json.dump();
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
    const Json json = Json::parse(full_text());
    check_required(schema, json, "");
    for (const Json& engine : json["engines"]) {
        check_required(schema["$defs"]["engine"], engine, "engine");
    }
    check_required(schema["$defs"]["machine"], json["machines"][0], "machine");
    for (const Json& cell : json["cells"]) {
        check_required(schema["$defs"]["cell"], cell, "cell");
        check_required(schema["$defs"]["identity"], cell["identity"], "identity");
        for (const Json& launch : cell["launches"]) {
            check_required(schema["$defs"]["launch"], launch, "launch");
            check_required(schema["$defs"]["block"], launch["blocks"][0], "block");
        }
    }
    const Json& audit = json["cells"][0]["audit"];
    check_required(schema["$defs"]["audit"], audit, "audit");
    check_required(schema["$defs"]["kernel"], audit["kernels"][0], "kernel");
    check_required(schema["$defs"]["roofline"], audit["roofline"], "roofline");
    check_required(schema["$defs"]["practical"], json["machines"][0]["yardstick"]["practical"][0], "practical");
    CHECK(schema["properties"]["schema"]["const"] == Json(schema_name));
}

TEST_CASE("a document is read back as it was written") {
    const Document again = from_text(full_text(), "again.json");
    CHECK(to_text(again) == full_text());
    REQUIRE(again.cells.size() == 3);
    REQUIRE(again.engines.size() == 2);
    CHECK(again.cells[1].identity == full_document().cells[1].identity);
    CHECK(again.cells[0].audit);
    CHECK(again.cells[0].accuracy == full_document().cells[0].accuracy);
    CHECK(again.cells[0].precision);
    CHECK(again.cells[2].log_tail == "last words");
    CHECK(again.cells[1].launches[0].engine == 1);
}

TEST_CASE("a document says what each audited cell and kernel could reach, as the views do") {
    const Document document = full_document();
    const auto roofline = rooflines_of(document)[0];
    REQUIRE(roofline);
    const Json audit = to_json(document)["cells"][0]["audit"];
    CHECK(audit["roofline"]["limit_ms"] == roofline->limits.limit_ms);
    CHECK(audit["roofline"]["peak_share"] == roofline->peak_share);
    CHECK(audit["roofline"]["bound_by"] == "arithmetic");
    const audit::KernelUse& use = document.cells[0].audit->kernels.kernels[0];
    CHECK(audit["kernels"][0]["limit"]["ms"] == figures::limit_of(use.kernel, roofline->peaks)->ms());
    CHECK(audit["kernels"][0]["bytes"] == audit::bytes_moved(use.kernel).value());
    Document without = document;
    without.machines[0].yardstick.reset();
    const Json unknown = to_json(without)["cells"][0]["audit"];
    CHECK(unknown["roofline"].is_null());
    CHECK(unknown["kernels"][0]["limit"].is_null());
}

TEST_CASE("a document of before there was a practical peak has none") {
    Json json = Json::parse(full_text());
    json["machines"][0]["yardstick"].erase("practical");
    CHECK(from_text(json.dump(), "older.json").machines[0].yardstick.value().practical.empty());
}

TEST_CASE("a damaged document is refused with its name and the place") {
    const std::string sample = "/cells/0/launches/0/blocks/0/samples_ns";
    const std::string deep(100000, '[');
    const std::string brackets = std::string(100, '[') + std::string(100, ']');
    const std::string head = R"({"schema": "gravbench.results/2", "run": )";
    std::string many;
    for (int i = 0; i < 1000; ++i) {
        many += "\"m" + std::to_string(i) + "\": 1, ";
    }
    const std::pair<std::string, std::string> damages[] = {
        {"", ""},
        {"p50,12.5\n", ""},
        {"[1]", "not a results document"},
        {"{}", "\"schema\" is missing"},
        {R"({"schema": "gravbench.results/9"})", "gravbench.results/9"},
        {changed("/cells/0/launches/0/blocks/0/wall_ns", Json::parse(R"([{"a":5}])")),
         "cells[0].launches[0].blocks[0].wall_ns"},
        {changed("/cells", Json::object()), "cells"},
        {changed("/cells/1", 5), "cells[1]"},
        {changed("/cells/0/latency_ms/p50", "fast"), "cells[0].latency_ms"},
        {changed("/cells/0/latency_ms/p50_ci95", Json{2, 1}), "p50_ci95"},
        {changed("/machines/0", Json::array()), "machines[0]"},
        {changed("/machines", Json::array()), "machines"},
        {changed("/machines/0/yardstick/practical", 1), "practical"},
        {changed("/machines/0/yardstick/practical/0/peaks/0/gflops", -1), "practical[0].peaks[0].gflops"},
        {changed("/machines/0/yardstick/practical/0/peaks/0/kernel", "a\nb"), "practical[0].peaks[0].kernel"},
        {changed("/cells/0/key", nullptr), "cells[0]"},
        {changed(sample, Json{10, -5}), "samples_ns[1]"},
        {changed(sample, Json::array()), "blocks[0]"},
        {changed(sample, Json{1.5}), "samples_ns[0]"},
        {changed("/cells/0/launches/0/blocks", Json::array()), "launches[0]"},
        {replaced("\"samples_ns\": [", "\"samples_ns\": [1e400, "), "samples_ns[0]"},
        {deep, ""},
        {head + deep, ""},
        {head + deep + std::string(100000, ']') + "}", "nested"},
        {full_text().substr(0, full_text().size() / 2), ""},
        {full_text() + "{}", "no JSON"},
        {full_text() + "x", ""},
        {replaced("\"run\":", "\"run\": {}, \"run\":"), "\"run\""},
        {replaced("\"key\":", "\"key\": \"x\", \"key\":"), "\"key\""},
        {replaced("\"p50\":", "\"p50\": 1, \"p50\":"), "\"p50\""},
        {replaced("\"p50\":", "\"x\": " + brackets + ", \"p50\":"), "nested"},
        {replaced("\"p50\":", "\"x\": nul, \"p50\":"), "cells[0]"},
        {replaced("\"p50\":", "\"x\": 1e400, \"p50\":"), "cells[0]"},
        {replaced("\"p50\":", "\"x\": \"\\ud800\", \"p50\":"), "cells[0]"},
        {replaced("\"round\":", "\"x\": nul, \"round\":"), "cells[0]"},
        {replaced("\"busy_ns\":", "\"x\": [1, 1e400], \"busy_ns\":"), "cells[0]"},
        {replaced("\"start\":", "\"x\": tru, \"start\":"), "cells[0]"},
        {replaced("\"between_blocks\":", "\"x\": tru, \"between_blocks\":"), "cells[0]"},
        {replaced("\"round\":", "\"rounds\":"), "\"round\" is missing"},
        {replaced("\"launches\": [", "\"launch\": ["), "\"launches\" is missing"},
        {replaced("\"cells\":", "\"\\u0063ells\":"), "cells"},
        {replaced("\"p50\":", many + "\"p50\":"), "more than 1000 members"},
        {replaced("net:batch", "net\xff:batch"), ""},
        {changed("/cells/0/engine", 2), "cells[0]"},
        {changed("/cells/0/machine", 1), "cells[0]"},
        {changed("/cells/0/launches/0/engine", 7), "cells[0]"},
        {changed("/cells/0/engine", -1), "cells[0]"},
        {changed("/versus/0/new", 3), "versus[0]"},
        {changed("/cells/0/settings/effects", Json::parse(R"([{"setting": "jit"}])")), "effects[0]"},
        {changed("/cells/0/settings/effects", Json::object()), "settings.effects: expected a list"},
        {changed("/cells/0/settings/requested/jit", Json::array()), "settings.requested.jit"},
        {changed("/cells/0/settings/requested/jit", std::numeric_limits<std::uint64_t>::max()), "requested.jit"},
        {changed("/cells/0/settings", nullptr), "settings: expected an object"},
        {changed("/cells/0/identity/shape/batch", "one"), "identity.shape.batch"},
        {changed("/cells/0/identity/environment", Json{{"A", 1}}), "identity.environment.A: expected a text"},
        {changed("/cells/0/identity/variant", -1), "identity.variant"},
        {replaced("\"variant\":", "\"x\": {\"y\": [tru]}, \"variant\":"), "cells[0]"},
        {replaced("\"identity\":", "\"identities\":"), "\"identity\" is missing"},
        {changed("/cells/1", nullptr), "cells[1]: expected an object"},
        {replaced("\"jit\": \"none\"", "\"jit\": \"\\ud800\""), "jit: damaged, or no JSON"},
        {changed("/cells/0/launches/0/is_steady", 3), "is_steady: expected true or false, found a number"},
        {replaced("\"is_steady\": true", "\"is_steady\": tru"), "is_steady: damaged, or no JSON"},
        {changed("/cells/0/identity/shape/batch", "x"), "batch: expected a whole number, found a text"},
        {changed("/cells/0/launches/0/blocks/0/disturbance", Json::object()), "\"seconds\" is missing"},
        {changed("/cells/0/launches/1/number", 0), "cells[0]: launches: \"number\" 0 stands there twice"},
        {changed("/run/status", "done"), "status"},
    };
    for (const auto& [text, place] : damages) {
        INFO(place << " in " << text.substr(0, 80));
        CHECK_THROWS_AS(from_text(text, "base.json"), DataError);
        CHECK_THROWS_WITH(from_text(text, "base.json"), StartsWith("base.json: ") && Contains(place));
    }
}

TEST_CASE("a file that is not there is refused by name") {
    CHECK_THROWS_AS(read("/nowhere/absent.json"), DataError);
}

}  // namespace
}  // namespace gravbench::document
