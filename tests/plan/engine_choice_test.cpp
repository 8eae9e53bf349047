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
        {"jit", "freeze"}, {"layout", "contiguous"}, {"threads", "cores"}, {"fpmath", "bf16"}, {"dtype", "bf16"}};
    protocol::Hello hello;
    CHECK(load_settings(complete, hello, 6).empty());
    hello.settings = {{"jit", {"none", "freeze"}}, {"threads", {}}, {"unheard-of", {}}};
    CHECK(load_settings(complete, hello, 6) == std::map<std::string, Value>{{"jit", "freeze"}, {"threads", 6}});
    hello.settings = {{"fpmath", {}}, {"layout", {"channels_last"}}};
    CHECK(load_settings(complete, hello, 6) == std::map<std::string, Value>{{"fpmath", "bf16"}});
    hello.settings = {{"dtype", {"fp32", "bf16"}}};
    CHECK(load_settings(complete, hello, 6) == std::map<std::string, Value>{{"dtype", "bf16"}});
}

TEST_CASE("cells that one reason leaves out share a note") {
    const Plan plan = Sweep().plan({"torch", "bin/mine"},
                                   {{"layout", "contiguous"}, {"layout", "channels_last"}, {"batch", 1}, {"batch", 8}});
    REQUIRE(plan.notes.size() == 1);
    CHECK_THAT(plan.notes[0], StartsWith("net:batch=1,layout=channels_last,engine=mine and 1 more are left out: "));
}

/// What an engine of these formats loads, of a model with all these files.
std::optional<FileKey> chosen(const std::vector<FileKey>& files, const std::optional<Texts>& formats,
                              const std::string& dtype, bool makes_dtypes = false) {
    Model model;
    model.is_bundle = true;
    for (const FileKey& key : files) {
        model.files[key] = {};
    }
    protocol::Hello hello;
    hello.formats = formats;
    if (makes_dtypes) {
        hello.settings["dtype"] = {"fp32", "bf16"};
    }
    return file_for(model, hello, dtype);
}

TEST_CASE("an engine loads the file of its dtype in the first of its formats that the bundle has") {
    const FileKey script{"torchscript", "fp32"};
    const FileKey script_bf16{"torchscript", "bf16"};
    const FileKey onnx{"onnx", "fp32"};
    const std::vector<FileKey> files{script, script_bf16, onnx};
    CHECK(chosen(files, std::nullopt, "bf16") == script_bf16);
    CHECK(chosen(files, Texts{"torchscript"}, "fp32") == script);
    CHECK(chosen(files, Texts{"onnx"}, "fp32") == onnx);
    CHECK(chosen(files, Texts{"pt2", "onnx", "torchscript"}, "fp32") == onnx);
    CHECK(chosen(files, Texts{"onnx"}, "bf16") == std::nullopt);
    CHECK(chosen(files, Texts{"pt2"}, "fp32") == std::nullopt);
    CHECK(chosen(files, Texts{}, "fp32") == std::nullopt);
    CHECK(chosen({onnx}, std::nullopt, "fp32") == std::nullopt);
}

TEST_CASE("an engine that makes bf16 itself loads the file in fp32") {
    const FileKey onnx{"onnx", "fp32"};
    CHECK(chosen({onnx, {"onnx", "bf16"}}, Texts{"onnx"}, "bf16", true) == onnx);
    EngineChoice engine{"openvino", "openvino", {}};
    engine.hello.settings = {{"dtype", {"fp32"}}};
    CHECK(not_known_to(engine, {{"dtype", "bf16"}}) == "the engine openvino does not know dtype bf16, only fp32");
}

TEST_CASE("a lone file goes to every engine that does not read another format") {
    protocol::Hello silent;
    protocol::Hello onnx;
    onnx.formats = Texts{"onnx"};
    CHECK(file_for(lone_file("net.onnx", {}), onnx, "fp32") == FileKey{"onnx", "fp32"});
    CHECK(file_for(lone_file("net.onnx", {}), silent, "fp32") == FileKey{"onnx", "fp32"});
    CHECK(file_for(lone_file("net.bin", {}), onnx, "fp32") == FileKey{"", "fp32"});
    CHECK(file_for(lone_file("net.pt", {}), onnx, "fp32") == std::nullopt);
    CHECK(file_for(lone_file("net.pt", {}), silent, "bf16") == std::nullopt);
}

/// Two engines, of which the first reads ONNX alone.
Plan onnx_and_torch(const Bundles& bundles, const Texts& texts) {
    const Layer layer = merged({engines(texts), flags({{"models", "net"}, {"models-dir", bundles.path().string()}})});
    std::vector<EngineChoice> choices = engines_of(layer);
    for (EngineChoice& choice : choices) {
        choice.hello.formats = Texts{choice.text == "torch" ? "torchscript" : "onnx"};
    }
    return make_plan(layer, choices);
}

TEST_CASE("every engine has its own file, and the reference is TorchScript's where an engine reads it") {
    const Json entry{{"path", "fp32.onnx"}, {"sha256", std::string(64, '0')}};
    Bundles bundles;
    bundles.add(
        "net",
        {{"schema", "gravbench.manifest/2"},
         {"files",
          {{"fp32", nullptr}, {"bf16", nullptr}, {"torchscript", {{"fp32", entry}}}, {"onnx", {{"fp32", entry}}}}}});
    const Plan plan = onnx_and_torch(bundles, {"onnxruntime", "torch"});
    REQUIRE(plan.cells.size() == 2);
    CHECK(plan.cells[0].file == FileKey{"onnx", "fp32"});
    CHECK(plan.cells[1].file == FileKey{"torchscript", "fp32"});
    CHECK(plan.references.at(0).engine == 1);
    CHECK(plan.references.at(0).file == FileKey{"torchscript", "fp32"});
    CHECK(onnx_and_torch(bundles, {"onnxruntime"}).references.at(0).file == FileKey{"onnx", "fp32"});
}

TEST_CASE("a bundle without a file for the engine says which it has") {
    Bundles bundles;
    bundles.add("net");
    CHECK_THROWS_WITH(onnx_and_torch(bundles, {"onnxruntime"}),
                      "the engine onnxruntime reads onnx, and net is there as torchscript; export it again with "
                      "scripts/export_models.py");
}

}  // namespace
}  // namespace gravbench::plan
