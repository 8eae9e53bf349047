#include "plan/bundle.h"

#include "base/errors.h"
#include "catch.h"
#include "plan/bundle_builder.h"

namespace gravbench::plan {
namespace {

Json with_path(const std::string& path) {
    return {{"files", {{"fp32", {{"path", path}}}}}};
}

TEST_CASE("a bundle is read as its manifest says") {
    Bundles bundles;
    const auto folder = bundles.add(
        "resnet50",
        {{"description", "a classifier"},
         {"source", {{"library", "transformers"}}},
         {"weights", {{"kind", "random"}, {"seed", 0}}},
         {"example", {{"inputs", "in.safetensors"}, {"outputs", "out.safetensors"}, {"shape", {{"batch", 2}}}}}});
    const Model model = read_bundle(folder);
    CHECK(model.name == "resnet50");
    CHECK(model.is_bundle);
    CHECK(model.origin == folder / "manifest.json");
    CHECK(model.description == "a classifier");
    CHECK(model.files.at({}).path == folder / "fp32.pt");
    CHECK(model.files.at({"torchscript", "bf16"}).float_inputs == "bf16");
    CHECK(model.inputs.size() == 1);
    CHECK(model.weights["kind"] == Json("random"));
    CHECK(model.example->inputs == folder / "in.safetensors");
    CHECK(model.example->shape == Shape{{"batch", 2}});
}

Json entry(const std::string& path) {
    return {{"path", path}, {"sha256", std::string(64, '0')}};
}

/// A merge patch: files by format, in place of those that the builder wrote.
Json by_format(const Json& files) {
    Json changes{{"schema", "gravbench.manifest/2"}, {"files", files}};
    changes["files"]["fp32"] = changes["files"]["bf16"] = nullptr;
    return changes;
}

TEST_CASE("a bundle has files of several formats") {
    Bundles bundles;
    const auto folder =
        bundles.add("net", by_format({{"torchscript", {{"fp32", entry("fp32.pt")}, {"bf16", entry("bf16.pt")}}},
                                      {"onnx", {{"fp32", entry("fp32.onnx")}}}}));
    const Model model = read_bundle(folder);
    CHECK(model.files.size() == 3);
    CHECK(model.files.at({"onnx", "fp32"}).path == folder / "fp32.onnx");
    CHECK(model.files.at({"torchscript", "bf16"}).path == folder / "bf16.pt");
}

TEST_CASE("files by format are refused where they are none, or lack fp32") {
    const std::pair<Json, const char*> wrong[] = {
        {Json::object(), ": \"files\" names no file"},
        {{{"", {{"fp32", entry("fp32.pt")}}}},
         ": \"files\" has a format whose name is empty, or has control characters"},
        {{{"on\nnx", {{"fp32", entry("fp32.pt")}}}},
         ": \"files\" has a format whose name is empty, or has control characters"},
        {{{"onnx", {{"fp32", entry("fp32.onnx")}, {"\x1b[2J", entry("x.onnx")}}}},
         ": \"files.onnx\" has a dtype with control characters"},
        {{{"onnx", "fp32.onnx"}}, ": files.onnx is \"fp32.onnx\", not an object of files by dtype"},
        {{{"onnx", {{"fp32", 3}}}}, ": files.onnx.fp32: 3 is no object with path and sha256"},
        {{{"torchscript", {{"fp32", entry("fp32.pt")}}}, {"onnx", {{"bf16", entry("bf16.onnx")}}}},
         ": \"files.onnx\" has no fp32, which accuracy is measured against"}};
    for (const auto& [files, message] : wrong) {
        INFO(message);
        Bundles bundles;
        const auto folder = bundles.add("wrong", by_format(files));
        CHECK_THROWS_WITH(read_bundle(folder), (folder / "manifest.json").string() + message);
    }
}

TEST_CASE("what a lone file is, its ending says") {
    const std::pair<const char*, const char*> formats[] = {
        {"net.pt", "torchscript"}, {"net.onnx", "onnx"}, {"net.pt2", "pt2"}, {"net.bin", ""}, {"net", ""}};
    for (const auto& [name, format] : formats) {
        CHECK(lone_file(name, {}).files.begin()->first == FileKey{format, "fp32"});
    }
}

TEST_CASE("a path that leaves the bundle is refused") {
    for (const char* path : {"../fp32.pt", "/etc/passwd", "", "a/../../fp32.pt", ".."}) {
        INFO(path);
        Bundles bundles;
        const auto folder = bundles.add("evil", with_path(path));
        CHECK_THROWS_WITH(read_bundle(folder), (folder / "manifest.json").string() + ": files.fp32: path \"" + path +
                                                   "\" is not inside the bundle");
    }
    Bundles bundles;
    const auto folder =
        bundles.add("evil", {{"example", {{"inputs", "../x"}, {"outputs", "y"}, {"shape", {{"batch", 1}}}}}});
    CHECK_THROWS_WITH(read_bundle(folder), Contains("example: path \"../x\" is not inside the bundle"));
}

TEST_CASE("a path within the bundle may have folders, and dots in names") {
    Bundles bundles;
    CHECK_NOTHROW(read_bundle(bundles.add("a", with_path("files/v1/../fp32.pt"))));
    CHECK_NOTHROW(read_bundle(bundles.add("b", with_path("..fp32.pt"))));
}

TEST_CASE("a manifest of another schema is refused, naming both") {
    Bundles bundles;
    const auto folder = bundles.add("new", {{"schema", "gravbench.manifest/3"}});
    CHECK_THROWS_WITH(read_bundle(folder), (folder / "manifest.json").string() +
                                               ": schema is \"gravbench.manifest/3\", expected "
                                               "\"gravbench.manifest/2\" (or \"gravbench.manifest/1\")");
}

TEST_CASE("a manifest that lacks something or is malformed is refused as data") {
    for (const char* change :
         {R"({"schema": null})", R"({"name": null})", R"({"files": null})", R"({"inputs": null})", R"({"name": 3})",
          R"({"files": []})", R"({"files": "fp32.pt"})", R"({"files": {"fp32": "fp32.pt"}})",
          R"({"files": {"fp32": {"sha256": null}}})", R"({"inputs": ["f32[batch]"]})", R"({"inputs": "f32[batch]"})",
          R"({"inputs": {"x": 1}})", R"({"example": {}})", R"({"example": 3})",
          R"({"example": {"inputs": "a", "outputs": "b", "shape": {"batch": "1"}}})",
          R"({"files": {"fp32": {"float_inputs": "int4"}}})"}) {
        INFO(change);
        Bundles bundles;
        const auto folder = bundles.add("wrong", Json::parse(change));
        CHECK_THROWS_AS(read_bundle(folder), DataError);
        CHECK_THROWS_WITH(read_bundle(folder), StartsWith((folder / "manifest.json").string()));
    }
}

TEST_CASE("a member of the wrong type is named with its file") {
    const std::pair<const char*, const char*> wrong[] = {
        {R"({"files": []})", ": \"files\" has the wrong type: []"},
        {R"({"files": {"fp32": "fp32.pt"}})", ": files.fp32: \"fp32.pt\" is no object with path and sha256"},
        {R"({"example": 3})", ": \"example\" has the wrong type: 3"},
        {R"({"example": {"inputs": "a", "outputs": "b", "shape": {"batch": 1.5}}})",
         ": example: shape.batch is 1.5, not an integer from 0"},
        {R"({"example": {"inputs": "a", "outputs": "b", "shape": {}}})",
         ": example: shape has no \"batch\", which an input of the model has"},
        {R"({"source": "timm"})", ": \"source\" has the wrong type: \"timm\""},
        {R"({"weights": ["random"]})", ": \"weights\" has the wrong type: [\"random\"]"},
        {R"({"weights": {"kind": 3}})", ": weights: \"kind\" has the wrong type: 3"},
        {R"({"description": 3})", ": \"description\" has the wrong type: 3"},
        {R"({"inputs": ["f32[batch]"]})", ": the input \"f32[batch]\" is no object with dtype and shape"}};
    for (const auto& [change, message] : wrong) {
        INFO(change);
        Bundles bundles;
        const auto folder = bundles.add("wrong", Json::parse(change));
        CHECK_THROWS_WITH(read_bundle(folder), (folder / "manifest.json").string() + message);
    }
}

TEST_CASE("a bundle without an fp32 file is refused, since accuracy is measured against it") {
    Bundles bundles;
    CHECK_THROWS_WITH(read_bundle(bundles.add("half", Json::object(), {"bf16"})), Contains("\"files\" has no fp32"));
}

TEST_CASE("a file that is not the one exported is refused") {
    Bundles bundles;
    const auto folder = bundles.add("resnet50");
    Model model = read_bundle(folder);
    CHECK_NOTHROW(check_file(model, model.files[{}]));
    write_file(folder / "fp32.pt", "another model");
    CHECK_THROWS_AS(check_file(model, model.files[{}]), DataError);
    CHECK_THROWS_WITH(check_file(model, model.files[{}]),
                      StartsWith((folder / "fp32.pt").string() + ": SHA-256 is " + sha256_of_text("another model")));
    std::filesystem::remove(folder / "fp32.pt");
    CHECK_THROWS_WITH(check_file(model, model.files[{}]),
                      StartsWith((folder / "fp32.pt").string() + ": no such file, although "));
}

TEST_CASE("the hash of a file without a bundle is computed") {
    const TemporaryFolder folder;
    write_file(folder.path() / "net.pt", "abc");
    Model model = lone_file(folder.path() / "net.pt", {});
    check_file(model, model.files[{}]);
    CHECK(model.name == "net");
    CHECK(model.files[{}].sha256 == sha256_of_text("abc"));
}

TEST_CASE("bundles are found by name, the first folder wins, and broken ones are told apart") {
    Bundles first;
    Bundles second;
    first.add("b");
    first.add("a");
    first.add("broken", {{"schema", "x"}});
    second.add("a", {{"description", "hidden"}});
    second.add("c");
    std::filesystem::create_directories(second.path() / "no bundle");
    const FoundBundles found = find_bundles({first.path(), second.path(), "/nowhere"});
    std::vector<std::string> names;
    for (const Model& model : found.models) {
        names.push_back(model.name);
        CHECK(model.description != "hidden");
    }
    CHECK(names == std::vector<std::string>{"a", "b", "c"});
    REQUIRE(found.broken.size() == 1);
    CHECK_THAT(found.broken[0], Contains("broken/manifest.json: schema is \"x\""));
}

TEST_CASE("a model is found by its folder's name, by its own name and by its path") {
    Bundles bundles;
    const auto folder = bundles.add("folder-name", {{"name", "own-name"}});
    CHECK(find_model("folder-name", {}, {bundles.path()}).name == "own-name");
    CHECK(find_model("own-name", {}, {bundles.path()}).origin == folder / "manifest.json");
    CHECK(find_model(folder.string(), {}, {}).name == "own-name");
}

TEST_CASE("an unknown model's message says where was looked and what was found") {
    Bundles bundles;
    bundles.add("bert");
    bundles.add("resnet50");
    CHECK_THROWS_WITH(find_model("resnet5", {}, {bundles.path()}),
                      StartsWith("no model \"resnet5\": looked for a bundle in " + bundles.path().string() +
                                 " (found bert, resnet50)"));
    CHECK_THROWS_WITH(find_model("x", {}, {"/nowhere"}), Contains("(found no bundle)"));
    CHECK_THROWS_AS(find_model("x", {}, {"/nowhere"}), UsageError);
}

TEST_CASE("a file needs its inputs, and to exist") {
    Bundles bundles;
    const std::string file = (bundles.path() / "net.pt").string();
    CHECK_THROWS_WITH(find_model(file, {}, {}), file + ": no such file");
    write_file(file, "x");
    CHECK_THROWS_WITH(find_model(file, {}, {}), StartsWith(file + ": a file without a bundle needs one --input"));
    CHECK(find_model(file, {parse_input("f32[batch]")}, {}).inputs.size() == 1);
    CHECK_THROWS_WITH(find_model(bundles.path().string(), {}, {}), Contains("neither a file nor a bundle"));
}

}  // namespace
}  // namespace gravbench::plan
