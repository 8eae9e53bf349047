#include "base/errors.h"
#include "catch.h"
#include "plan/bundle_builder.h"

namespace gravbench::plan {
namespace {

using Texts = std::vector<std::string>;

Layer engines(const Texts& texts) {
    Layer layer;
    for (const std::string& text : texts) {
        add_given(layer, "engine", text, "--engine");
    }
    return layer;
}

Texts labels(const Layer& given) {
    Texts labels;
    for (const EngineChoice& engine : engines_of(given)) {
        labels.push_back(engine.label);
    }
    return labels;
}

/// Knows of its own settings only jit none and freeze, and obeys only threads.
EngineChoice modest(const EngineChoice& choice) {
    EngineChoice engine = choice;
    engine.hello.settings = {{"jit", {"none", "freeze"}}};
    engine.hello.environment_settings = Texts{"threads"};
    return engine;
}

class Sweep {
  public:
    Sweep() { bundles_.add("net"); }

    /// On torch, which knows all, and on a modest engine.
    Plan plan(Texts texts, std::vector<std::pair<std::string, Json>> given) const {
        given.emplace_back("models", "net");
        given.emplace_back("models-dir", bundles_.path().string());
        const Layer layer = merged({engines(texts), flags(given)});
        std::vector<EngineChoice> choices = engines_of(layer);
        for (EngineChoice& choice : choices) {
            choice = choice.text == default_engine ? engine_that_knows_all(choice) : modest(choice);
        }
        return make_plan(layer, choices);
    }

  private:
    Bundles bundles_;
};

TEST_CASE("without an engine the run has the default one") {
    CHECK(labels({}) == Texts{"torch"});
}

TEST_CASE("an engine's label is its file's name, and a definition's without the ending") {
    CHECK(labels(engines({"/opt/engines/mine"})) == Texts{"mine"});
    CHECK(labels(engines({"graviton3-emulated"})) == Texts{"graviton3-emulated"});
    CHECK(labels(engines({"engines/openvino.json"})) == Texts{"openvino"});
}

TEST_CASE("engines of one file name get as much of their path as tells them apart") {
    CHECK(labels(engines({"old/bin/gravbench-torch", "new/bin/gravbench-torch", "mine"})) ==
          Texts{"old/bin/gravbench-torch", "new/bin/gravbench-torch", "mine"});
    CHECK(labels(engines({"/a/x/e", "/a/y/e"})) == Texts{"x/e", "y/e"});
    CHECK(labels(engines({"e", "bin/e"})) == Texts{"e", "bin/e"});
    CHECK(labels(engines({"bin/e", "bin/e.json"})) == Texts{"bin/e", "bin/e.json"});
}

TEST_CASE("no other program has the label of the default engine") {
    CHECK(labels(engines({"bin/torch"})) == Texts{"bin/torch"});
    CHECK(labels(engines({"./torch"})) != Texts{"torch"});
}

TEST_CASE("an engine that is named twice is one, whoever names it") {
    Layer given = engines({"bin/e", "./bin/e", "bin/e"});
    add_given(given, "versus", "jit=freeze,engine=other", "--versus");
    CHECK(labels(given) == Texts{"e", "other"});
    CHECK(Sweep().plan({"torch", "torch", "bin/e", "bin/../bin/e"}, {}).cells.size() == 2);
}

TEST_CASE("engines multiply like any setting, and their cells have keys of their own") {
    const Plan plan = Sweep().plan({"torch", "bin/mine"}, {{"batch", 1}, {"batch", 8}});
    Texts keys;
    for (const Cell& cell : plan.cells) {
        keys.push_back(cell.key);
        CHECK(plan.engines[cell.engine].label == cell.identity.engine);
        CHECK(cell.settings.count("engine") == 0);
    }
    CHECK(keys == Texts{"net:batch=1", "net:batch=1,engine=mine", "net:batch=8", "net:batch=8,engine=mine"});
}

TEST_CASE("what an engine does not know is left out with a note, and measured on the others") {
    const Plan plan = Sweep().plan({"torch", "bin/mine"}, {{"layout", "contiguous"}, {"layout", "channels_last"}});
    CHECK(plan.cells.size() == 3);
    REQUIRE(plan.notes.size() == 1);
    CHECK(plan.notes[0] ==
          "net:batch=1,layout=channels_last,engine=mine is left out: the engine mine does not know layout");
}

TEST_CASE("a run that the engine cannot do at all is refused with the reason") {
    const Sweep sweep;
    CHECK_THROWS_AS(sweep.plan({"bin/mine"}, {{"layout", "channels_last"}}), UsageError);
    CHECK_THROWS_WITH(sweep.plan({"bin/mine"}, {{"jit", "llga"}}),
                      "the engine mine does not know jit llga, only none, freeze");
    CHECK_THROWS_WITH(sweep.plan({"bin/mine"}, {{"fpmath", "bf16"}}), "the engine mine does not know fpmath");
    CHECK_THROWS_WITH(sweep.plan({"torch"}, {{"jit", "llga"}, {"versus-engine", "bin/mine"}}),
                      "--versus: the engine mine does not know jit llga, only none, freeze");
    CHECK_NOTHROW(sweep.plan({"bin/mine"}, {{"jit", "freeze"}, {"threads", 1}}));
}

TEST_CASE("an engine that does not say which settings of the environment it obeys is taken to obey all") {
    EngineChoice engine{"mine", "mine", {}};
    CHECK_FALSE(not_known_to(engine, {{"fpmath", "bf16"}, {"thp", "on"}}));
    CHECK(not_known_to(engine, {{"jit", "freeze"}}));
    engine.hello.environment_settings = Texts{};
    CHECK(not_known_to(engine, {{"fpmath", "bf16"}}));
    engine.hello.settings["fpmath"] = {};
    CHECK_FALSE(not_known_to(engine, {{"fpmath", "bf16"}}));
}

TEST_CASE("load carries what the engine lists and nothing else, cores as their number") {
    const Settings complete{
        {"jit", "freeze"}, {"layout", "contiguous"}, {"threads", "cores"}, {"fpmath", "bf16"}, {"dtype", "fp32"}};
    protocol::Hello hello;
    CHECK(load_settings(complete, hello, 6).empty());
    hello.settings = {{"jit", {"none", "freeze"}}, {"threads", {}}, {"dtype", {}}, {"unheard-of", {}}};
    CHECK(load_settings(complete, hello, 6) == std::map<std::string, Value>{{"jit", "freeze"}, {"threads", 6}});
    hello.settings = {{"fpmath", {}}, {"layout", {"channels_last"}}};
    CHECK(load_settings(complete, hello, 6) == std::map<std::string, Value>{{"fpmath", "bf16"}});
}

}  // namespace
}  // namespace gravbench::plan
