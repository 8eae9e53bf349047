#include "run/launch.h"

#include "base/errors.h"
#include "catch.h"
#include "run/probe.h"
#include "run/scripted_engine.h"

namespace gravbench::run {
namespace {

Reference some_reference() {
    return {"/nowhere/reference", "0123456789abcdef", {"fake", "1.0", "x86_64", "fp32", {}}};
}

TEST_CASE("a launch gives its blocks, what the engine is, and what it was measured under") {
    const ScriptedEngine scripted(R"({"samples_ns": [[1000000, 2000000]]})");
    const LaunchContext context = scripted.context();
    Launch launch(context, scripted.cell, scripted.model, 3, context.sampling.shape);
    launch.take_block(7);
    launch.compare_with(some_reference());
    launch.finish();
    const records::LaunchRecord& record = launch.record();
    REQUIRE(record.is_complete());
    CHECK(record.cell == "model");
    CHECK(record.launch.number == 3);
    REQUIRE(record.launch.blocks.size() == 1);
    CHECK(record.launch.blocks[0].samples_ns == std::vector<std::int64_t>{1000000, 2000000, 1000000, 2000000, 1000000});
    CHECK(record.launch.blocks[0].round == 7);
    CHECK(record.launch.inputs_digest == "0123456789abcdef");
    CHECK(record.launch.peak_rss_bytes == 200 << 20);
    CHECK(record.launch.busy_ns > 0);
    REQUIRE(record.launch.cold_start);
    CHECK(record.launch.cold_start->load_ns == 5000000);
    CHECK(record.engine.name == "fake");
    CHECK(record.effective.at("jit") == Value("none"));
    REQUIRE(record.accuracy);
    CHECK(record.accuracy->outputs.cosine_similarity == 1.0);
    CHECK(record.accuracy->reference.engine == "fake");
}

TEST_CASE("what one engine sends costs its launch, and throws nothing") {
    for (const char* request : {"hello", "load", "inputs", "run", "memory", "quit"}) {
        for (const char* action :
             {R"("do": "error", "code": null, "message": null)", R"("do": "send nested", "depth": 500000)",
              R"("do": "send bytes", "bytes": [255, 254, 123])"}) {
            INFO(request << " " << action);
            const ScriptedEngine scripted(R"({"rules": [{"request": ")" + std::string(request) + "\", " + action +
                                          "}]}");
            const records::LaunchRecord record = measure_launch(scripted.context(), scripted.cell, scripted.model, 0);
            REQUIRE(record.problem);
            CHECK(record.problem->code == "engine_garbled");
            CHECK_FALSE(record.is_complete());
        }
    }
}

TEST_CASE("a stop while the engine hangs in compare leaves the launch its blocks") {
    const ScriptedEngine scripted(R"({"rules": [{"request": "compare", "do": "hang"}]})");
    const Stop stop;
    const LaunchContext context = scripted.context(stop.descriptor());
    Launch launch(context, scripted.cell, scripted.model, 0, context.sampling.shape);
    launch.take_block(0);
    launch.take_block(1);
    stop.raise();
    CHECK_THROWS_AS(launch.compare_with(some_reference()), Interrupted);
    CHECK(launch.record().is_complete());
    CHECK(launch.record().launch.blocks.size() == 2);
    CHECK_FALSE(launch.record().accuracy);
}

TEST_CASE("a stop while the engine hangs in quit leaves the launch all that it gave") {
    const ScriptedEngine scripted(R"({"rules": [{"request": "quit", "do": "hang"}]})");
    const Stop stop;
    const LaunchContext context = scripted.context(stop.descriptor());
    Launch launch(context, scripted.cell, scripted.model, 0, context.sampling.shape);
    launch.take_block(0);
    launch.compare_with(some_reference());
    stop.raise();
    CHECK_THROWS_AS(launch.finish(), Interrupted);
    CHECK(launch.record().is_complete());
    CHECK(launch.record().launch.blocks.size() == 1);
    CHECK(launch.record().accuracy);
}

TEST_CASE("a failed launch's log does not repeat its message") {
    const ScriptedEngine scripted(
        R"({"rules": [{"request": "run", "do": "error", "code": "inference_failed",
                       "text": "a line of the model's own\nRuntimeError: shapes cannot be multiplied",
                       "message": "model.pt: RuntimeError: shapes cannot be multiplied"}]})");
    const records::LaunchRecord record = measure_launch(scripted.context(), scripted.cell, scripted.model, 0);
    REQUIRE(record.problem);
    CHECK(record.problem->message == "model.pt: RuntimeError: shapes cannot be multiplied");
    CHECK(record.log_tail == "a line of the model's own");
}

TEST_CASE("a log that is no UTF-8 is kept as text") {
    const ScriptedEngine scripted(R"({"rules": [{"request": "run", "do": "abort"}]})");
    const std::filesystem::path log = scripted.folder() / "some.log";
    write_file(log, "caf\xe9 \x1b[2J\n\n");
    CHECK(log_tail(log) == "caf\xef\xbf\xbd  [2J");
    CHECK(with_log("it failed", log) == "it failed; its log: caf\xef\xbf\xbd  [2J");
    CHECK(with_log("it failed", scripted.folder() / "absent") == "it failed");
}

TEST_CASE("load carries the settings that the engine's hello lists, and no others") {
    const ScriptedEngine scripted(R"({"hello": {"settings": {"jit": ["none"], "fpmath": []}}})");
    const records::LaunchRecord record = measure_launch(scripted.context(), scripted.cell, scripted.model, 0);
    REQUIRE(record.is_complete());
    // What was sent is what the fake engine says is in force.
    CHECK(record.effective == std::map<std::string, Value>{{"jit", "none"}, {"fpmath", "strict"}});
}

TEST_CASE("a setting that the engine does not know fails the launch") {
    ScriptedEngine scripted(R"({"hello": {"settings": {"jit": ["none"]}}})");
    scripted.cell.settings["jit"] = "llga";
    const records::LaunchRecord record = measure_launch(scripted.context(), scripted.cell, scripted.model, 0);
    REQUIRE(record.problem);
    CHECK(record.problem->code == "setting_not_supported");
    CHECK_THAT(record.problem->message, Contains("llga"));
}

TEST_CASE("a cell runs on its own engine") {
    ScriptedEngine first(R"({"hello": {"engine": {"name": "first", "version": "1"}}})");
    const ScriptedEngine second(R"({"hello": {"engine": {"name": "second", "version": "1"}}})");
    LaunchContext context = first.context();
    context.engines.push_back(second.engine);
    CHECK(measure_launch(context, first.cell, first.model, 0).engine.name == "first");
    first.cell.engine = 1;
    CHECK(measure_launch(context, first.cell, first.model, 0).engine.name == "second");
}

TEST_CASE("a probe gives what the engine says of itself") {
    const ScriptedEngine scripted(R"({"hello": {"environment_settings": ["threads"]}})");
    const protocol::Hello hello = probe_engine(scripted.engine, scripted.folder(), std::chrono::minutes(2), -1);
    CHECK(hello.engine.name == "fake");
    CHECK(hello.settings.at("onednn") == std::vector<Value>{"on", "off"});
    CHECK(hello.environment_settings == std::vector<std::string>{"threads"});
}

TEST_CASE("a probe that fails says which program, why, and its last words") {
    const ScriptedEngine scripted(R"({"rules": [{"request": "hello", "do": "abort", "text": "cannot find libfoo"}]})");
    CHECK_THROWS_WITH(probe_engine(scripted.engine, scripted.folder(), std::chrono::minutes(2), -1),
                      Contains("fake_engine: ") && Contains("signal 6") && Contains("; its log: cannot find libfoo"));
}

}  // namespace
}  // namespace gravbench::run
