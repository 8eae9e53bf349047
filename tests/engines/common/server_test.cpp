#include "engines/common/server.h"

#include <catch.h>

#include <fstream>

#include "base/files.h"

namespace gravbench::engine {
namespace {

/// Gives the setting "scale" times 1, and fails as it is told.
class ScriptedModel : public Model {
  public:
    ScriptedModel(std::int64_t scale, const std::string& failure) : scale_(scale), failure_(failure) {}

    void bind(const std::vector<Argument>&) override { fail_at("bind"); }
    protocol::BlockSamples run(const BlockLength& length) override {
        fail_at("run");
        return timed_block(
            length, [] {}, [] {});
    }
    std::vector<NamedTensor> infer() override { return {{"output", scalar_tensor(scale_)}}; }

  private:
    void fail_at(const std::string& step) const {
        if (failure_ == step) {
            throw std::runtime_error("\n\nthe library says no\nline 2\nline 3\nline 4\nline 5");
        }
        if (failure_ == step + " for memory") {
            throw std::bad_alloc();
        }
    }

    std::int64_t scale_;
    const std::string& failure_;
};

class ScriptedEngine : public Engine {
  public:
    protocol::Hello describe() const override {
        protocol::Hello hello;
        hello.protocol = protocol::version;
        hello.engine.name = "scripted";
        hello.threads = 1;
        hello.settings = {{"scale", {}}, {"mood", {"good", "bad"}}};
        return hello;
    }
    std::unique_ptr<Model> load(const LoadRequest& request, protocol::Loaded&) override {
        if (failure == "load") {
            throw std::runtime_error("cannot be prepared");
        }
        return std::make_unique<ScriptedModel>(request.number("scale", 1), failure);
    }

    std::string failure;
};

/// A server, and a file that passes for a model.
struct Bench {
    TemporaryFolder folder;
    std::string model = (folder.path() / "model").string();
    ScriptedEngine engine;
    Server server{engine};

    Bench() { std::ofstream(model) << "x"; }

    Json ask(const char* request, Json members = Json::object()) {
        members["id"] = 7;
        members["request"] = request;
        return server.answer(members.dump());
    }
    Json load(const Json& settings = Json::object()) { return ask("load", {{"model", model}, {"settings", settings}}); }
    Json inputs() { return ask("inputs", {{"seed", 1}, {"position", 0}, {"arguments", Json::array()}}); }
};

}  // namespace

TEST_CASE("a model is loaded, bound, run and ended") {
    Bench bench;
    CHECK(bench.load({{"scale", 3}})["reply"] == "load");
    CHECK(bench.inputs()["digest"] == "cbf29ce484222325");
    CHECK(bench.ask("run", {{"count", 5}})["streams"][0]["samples_ns"].size() == 5);
    const std::string outputs = (bench.folder.path() / "outputs").string();
    CHECK(bench.ask("outputs", {{"save", outputs}})["tensors"][0]["dtype"] == "i64");
    CHECK(bench.ask("compare", {{"reference", outputs}, {"batch", 1}})["max_abs_error"] == 0);
    bench.load({{"scale", 5}});
    bench.inputs();
    CHECK(bench.ask("compare", {{"reference", outputs}, {"batch", 1}})["max_abs_error"] == 2);
    CHECK_FALSE(bench.server.is_finished());
    CHECK(bench.ask("quit")["reply"] == "quit");
    CHECK(bench.server.is_finished());
}

TEST_CASE("what comes before what it needs is a bad request") {
    Bench bench;
    for (const char* request : {"inputs", "run", "outputs"}) {
        CHECK(bench.ask(request, {{"count", 1}, {"save", "x"}})["code"] == "bad_request");
    }
    bench.load();
    CHECK(bench.ask("run", {{"count", 1}})["message"] == "no inputs were made");
    bench.inputs();
    bench.load();
    CHECK(bench.ask("run", {{"count", 1}})["message"] == "no inputs were made");
}

TEST_CASE("settings are those that hello lists, with its values") {
    Bench bench;
    CHECK(bench.load({{"mood", "good"}, {"of_a_later_version", {1, 2}}})["reply"] == "load");
    CHECK(bench.load({{"mood", "awful"}})["message"] == "mood=awful: this engine knows good, bad");
    CHECK(bench.load({{"mood", nullptr}})["reply"] == "load");
    CHECK(bench.load({{"mood", Json::array()}})["code"] == "bad_request");
    CHECK(bench.load({{"scale", "many"}})["code"] == "setting_not_supported");
}

TEST_CASE("what the library throws is named, shortened, and ends nothing") {
    Bench bench;
    bench.engine.failure = "load";
    CHECK(bench.load()["code"] == "prepare_failed");
    CHECK(bench.load()["message"] == "model: cannot be prepared");
    bench.engine.failure = "";
    bench.load();
    bench.inputs();
    bench.engine.failure = "bind";
    CHECK(bench.inputs()["code"] == "inputs_do_not_fit");
    bench.engine.failure = "run";
    const Json reply = bench.ask("run", {{"count", 1}});
    CHECK(reply["code"] == "inference_failed");
    CHECK(reply["message"] == "model: the library says no\nline 2\nline 3\nline 4");
    bench.engine.failure = "run for memory";
    CHECK(bench.ask("run", {{"count", 1}})["code"] == "out_of_memory");
    bench.engine.failure = "";
    CHECK(bench.ask("run", {{"count", 1}})["reply"] == "run");
}

TEST_CASE("a file that is not there is named before the library is asked") {
    Bench bench;
    const Json reply = bench.ask("load", {{"model", "/no/such/model"}});
    CHECK(reply["code"] == "model_not_loadable");
    CHECK(reply["message"] == "/no/such/model: no such file");
}

}  // namespace gravbench::engine
