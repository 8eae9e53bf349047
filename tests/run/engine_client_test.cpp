#include "run/engine_client.h"

#include <vector>

#include "base/errors.h"
#include "catch.h"
#include "run/scripted_engine.h"

namespace gravbench::run {
namespace {

std::string rule(const std::string& request, const std::string& members) {
    return R"({"rules": [{"request": ")" + request + "\", " + members + "}]}";
}

/// Asks everything that a front asks. Gives the problem that came of it; any other exception fails the test.
EngineError problem_of(const std::string& script) {
    const ScriptedEngine scripted(script);
    try {
        EngineClient client = scripted.client();
        client.hello();
        client.load("model.pt", "fp32", {{"jit", "none"}});
        client.inputs(Json::array(), 1, 0);
        client.run_count(1, std::chrono::nanoseconds(0));
        client.compare("reference", 1);
        client.memory();
        client.quit();
    } catch (const EngineError& error) {
        return error;
    }
    return {"", "nothing went wrong"};
}

void check_garbled(const std::string& script, const std::string& message = "") {
    INFO(script);
    const EngineError error = problem_of(script);
    CHECK(error.problem() == "engine_garbled");
    CHECK_THAT(error.what(), Contains(message));
}

TEST_CASE("an engine that does its part has no problem") {
    CHECK(problem_of("{}").problem().empty());
    CHECK(problem_of(R"({"hello": {"environment_settings": ["threads"]}})").problem().empty());
}

TEST_CASE("an error whose code or message is no text is the engine's garbled answer") {
    for (const char* code : {"null", "3", "true", "[]", "{}"}) {
        check_garbled(rule("load", std::string(R"("do": "error", "message": "no luck", "code": )") + code), "no luck");
    }
    for (const char* message : {"null", "3", "true", "[\"x\"]", "{}"}) {
        check_garbled(rule("run", std::string(R"("do": "error", "code": "inference_failed", "message": )") + message),
                      "inference_failed");
    }
    check_garbled(rule("hello", R"("do": "send", "line": "{\"id\":1,\"reply\":\"error\"}")"), "code");
    check_garbled(rule("hello", R"("do": "send", "line": "{\"reply\":\"error\",\"message\":null}")"), "code");
}

TEST_CASE("only the codes of the protocol are an engine's to give") {
    for (const std::string& code : protocol::error_codes()) {
        INFO(code);
        const EngineError error =
            problem_of(rule("run", R"("do": "error", "message": "no luck", "code": ")" + code + "\""));
        CHECK(error.problem() == code);
        CHECK(std::string(error.what()) == "no luck");
    }
    for (const char* code : {"interrupted", "not_converged", "emulated", "engine_crashed", "of the future"}) {
        check_garbled(rule("run", std::string(R"("do": "error", "message": "no luck", "code": ")") + code + "\""),
                      code);
    }
}

TEST_CASE("an answer to something else is told") {
    check_garbled(rule("run", R"("do": "change", "members": {"id": 99})"), "an answer to something else");
    check_garbled(rule("run", R"("do": "change", "members": {"id": "4"})"), "an answer to something else");
    check_garbled(rule("run", R"("do": "change", "members": {"id": null})"), "an answer to something else");
    check_garbled(rule("run", R"("do": "change", "members": {"reply": "memory"})"), "an answer to something else");
    check_garbled(rule("run", R"("do": "send", "line": "{\"id\":99,\"reply\":\"error\",\"code\":\"bad_request\"}")"),
                  "an answer to something else");
    CHECK(problem_of(rule("run", R"("do": "send", "line": "{\"id\":null,\"reply\":\"error\",\"code\":\"bad_request\",)"
                                 R"(\"message\":\"cannot read it\"}")"))
              .problem() == "bad_request");
}

TEST_CASE("what is no message of the protocol is told with its beginning") {
    for (const char* line : {"", "latency: 3 ms", "[1,2", "[]", "null", "{}", "{\\\"id\\\":1}", "{\\\"reply\\\":3}"}) {
        check_garbled(rule("load", std::string(R"("do": "send", "line": ")") + line + "\""), "reply to load");
    }
    check_garbled(rule("run", R"("do": "send", "line": "latency: 3 ms")"), "latency: 3 ms");
    check_garbled(rule("run", R"("do": "send bytes", "bytes": [123, 34, 97, 34, 58, 34, 255, 34, 125])"));
    check_garbled(rule("run", R"("do": "send bytes", "bytes": [27, 91, 50, 74, 0, 1])"), "[2J");
    check_garbled(rule("run", R"("do": "send nested", "depth": 1000000)"));
    check_garbled(rule("hello", R"("do": "send for ever")"), "a line of more than 64 MiB");
}

TEST_CASE("members of other types or out of range are the engine's garbled answer") {
    struct Garbage {
        const char* request;
        const char* members;
    };
    const std::vector<Garbage> all{
        {"hello", R"({"libraries": {"torch": 2.13}})"},
        {"hello", R"({"libraries": [1]})"},
        {"hello", R"({"machine": null})"},
        {"hello", R"({"threads": 99999999999999999999})"},
        {"hello", R"({"threads": 1e99})"},
        {"hello", R"({"settings": {"jit": {"none": 1}}})"},
        {"hello", R"({"environment_settings": {"threads": true}})"},
        {"hello", R"({"protocol": "1"})"},
        {"load", R"({"effective": {"jit": {"is": "none"}}})"},
        {"load", R"({"effective": [["jit", "none"]]})"},
        {"load", R"({"load_ns": -5})"},
        {"load", R"({"load_ns": 18446744073709551615})"},
        {"inputs", R"({"digest": 7})"},
        {"inputs", R"({"digest": "not hexadecimal"})"},
        {"run", R"({"wall_ns": 9223372036854775807})"},
        {"run", R"({"streams": [{"samples_ns": [9223372036854775807]}]})"},
        {"run", R"({"streams": [{"samples_ns": [1.5]}]})"},
        {"run", R"({"streams": [{"samples_ns": [5]}, {"samples_ns": []}]})"},
        {"run", R"({"streams": {"samples_ns": [5]}})"},
        {"run", R"({"streams": [{"samples_ns": [5, 5]}]})"},
        {"run", R"({"streams": [{"samples_ns": [5]}, {"samples_ns": [5]}]})"},
        {"run", R"({"wall_ns": 1, "streams": [{"samples_ns": [2]}]})"},
        {"run", R"({"streams": [[5]]})"},
        {"compare", R"({"cosine_similarity": 7})"},
        {"compare", R"({"elements": -1})"},
        {"memory", R"({"peak_rss_bytes": "much"})"},
    };
    for (const Garbage& garbage : all) {
        check_garbled(rule(garbage.request, std::string(R"("do": "change", "members": )") + garbage.members),
                      std::string("reply to ") + garbage.request);
    }
}

TEST_CASE("a text that is too long for every record of a launch is refused") {
    const std::string text(100000, 'x');
    check_garbled(R"({"hello": {"engine": {"name": "fake", "version": ")" + text + "\"}}}", "longer than");
}

TEST_CASE("a message of an error is cut, and in UTF-8") {
    const std::string text(100000, 'x');
    const EngineError error =
        problem_of(rule("run", R"("do": "error", "code": "inference_failed", "message": ")" + text + "\""));
    CHECK(error.problem() == "inference_failed");
    CHECK(std::string(error.what()).size() <= 4000);
}

TEST_CASE("an engine that does not compare is compared by its outputs") {
    const ScriptedEngine reference(R"({"outputs": {"b": [1], "a": [3, 4]}})");
    const std::string file = (reference.folder() / "reference").string();
    {
        EngineClient client = reference.client();
        client.save_outputs(file);
    }
    const ScriptedEngine other(R"({"lacks": ["compare"], "outputs": {"a": [4, 3], "b": [1]}})");
    EngineClient client = other.client();
    const protocol::Comparison comparison = client.compare(file, 1);
    CHECK(*comparison.cosine_similarity == Approx(24.0 / 25));
    CHECK(*comparison.max_abs_error == 1);
    CHECK(comparison.elements == 3);
    CHECK(client.compare(file, 1) == comparison);
}

TEST_CASE("what is wrong with files that the front compares is told apart") {
    const ScriptedEngine other(R"({"lacks": ["compare"], "outputs": {"a": [4, 3]}})");
    const auto problem = [&](const std::string& file) {
        try {
            EngineClient client = other.client();
            client.compare(file, 1);
        } catch (const EngineError& error) {
            return error.problem();
        }
        return std::string();
    };
    CHECK(problem("/nowhere") == "reference_not_readable");
    const ScriptedEngine reference(R"({"outputs": {"a": [4, 3, 2]}})");
    const std::string file = (reference.folder() / "reference").string();
    {
        EngineClient client = reference.client();
        client.save_outputs(file);
    }
    CHECK(problem(file) == "outputs_do_not_match");
    const ScriptedEngine silent(R"({"lacks": ["compare"]})");
    EngineClient client = silent.client();
    CHECK_THROWS_AS(client.compare(file, 1), EngineError);
    CHECK(problem_of(R"({"lacks": ["compare", "outputs"]})").problem() == "unknown_request");
}

}  // namespace
}  // namespace gravbench::run
