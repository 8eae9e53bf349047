#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "plan/bundle_builder.h"

namespace gravbench::plan {
namespace {

/// A config file, and the layer that is read from it.
class Config {
  public:
    explicit Config(const std::string& text) { write_file(path(), text); }
    std::filesystem::path path() const { return folder_.path() / "sweep.json"; }
    Layer read() const { return read_config(path()); }

  private:
    TemporaryFolder folder_;
};

std::vector<std::string> values_of(const Layer& layer, const std::string& key) {
    std::vector<std::string> values;
    for (const Given& given : layer.at(key)) {
        values.push_back(given.value.dump());
    }
    return values;
}
using Values = std::vector<std::string>;

/// The error of a config, with its path cut off: "3: ...".
std::string error_of(const std::string& text) {
    const Config config(text);
    try {
        config.read();
    } catch (const Error& error) {
        const std::string message = error.what();
        const std::string start = config.path().string() + ":";
        INFO(message);
        CHECK(message.rfind(start, 0) == 0);
        CHECK(error.code() == ExitCode::usage);
        return message.substr(start.size());
    }
    return "no error";
}

TEST_CASE("a config's keys are the flags' names, and each value a list or a single one") {
    const Layer layer = Config(R"({"models": "resnet50", "batch": [1, 8], "fpmath": ["strict", "bf16"], "jit": "freeze",
                                   "threads": ["cores", 1], "launches": 3, "duration": "500ms", "$schema": "x"})")
                            .read();
    CHECK(values_of(layer, "models") == Values{"\"resnet50\""});
    CHECK(values_of(layer, "batch") == Values{"1", "8"});
    CHECK(values_of(layer, "fpmath") == Values{"\"strict\"", "\"bf16\""});
    CHECK(values_of(layer, "threads") == Values{"\"cores\"", "1"});
    CHECK(values_of(layer, "launches") == Values{"3"});
    CHECK(layer.count("$schema") == 0);
}

TEST_CASE("a wrong value is named with its file, line, key and what is allowed") {
    const Config config("{\n  \"batch\": 1,\n  \"fpmath\": [\n    \"strict\",\n    \"bfloat16\"\n  ]\n}");
    CHECK_THROWS_WITH(config.read(),
                      config.path().string() + ":5: \"fpmath\": \"bfloat16\" is not one of strict, bf16, f16, any");
}

TEST_CASE("a wrong number that ends its line is named with that line") {
    CHECK(error_of("{\n\"batch\": 0\n}") == "2: \"batch\": 0 is not an integer from 1");
}

TEST_CASE("wrong types are refused with what was expected") {
    CHECK(error_of(R"({"batch": "8"})") == "1: \"batch\": \"8\" is not an integer from 1");
    CHECK(error_of(R"({"batch": 1.5})") == "1: \"batch\": 1.5 is not an integer from 1");
    CHECK(error_of(R"({"batch": null})") == "1: \"batch\": null is not an integer from 1");
    CHECK(error_of(R"({"batch": [[1]]})") == "1: \"batch\": [1] is not an integer from 1");
    CHECK(error_of(R"({"jit": true})") == "1: \"jit\": true is not one of none, freeze, ofi, llga");
    CHECK(error_of(R"({"duration": 0})") ==
          "1: \"duration\": 0 is not a duration above zero like 500ms, 2s, 1.5m or 1h");
    CHECK(error_of(R"({"output": ""})") == "1: \"output\": \"\" is not a text");
    CHECK(error_of(R"({"models": 3})") == "1: \"models\": 3 is not a text");
    CHECK(error_of(R"({"preset": {}})") == "1: \"preset\": {} is not a text");
    CHECK(error_of(R"({"shape": 3})") == "1: \"shape\": 3 is not a text");
}

TEST_CASE("several values in one text are told how to be a list") {
    CHECK(error_of(R"({"jit": "none,llga"})") ==
          R"(1: "jit": "none,llga" is several values; use a list: ["none", "llga"])");
    CHECK(error_of(R"({"batch": ["1,8"]})") == R"(1: "batch": "1,8" is several values; use a list: [1, 8])");
    CHECK(error_of(R"({"engine": "torch,bin/mine"})") ==
          R"(1: "engine": "torch,bin/mine" is several values; use a list: ["torch", "bin/mine"])");
    CHECK(error_of(R"({"shape": {"t": "1,8"}})") == R"(1: "t": "1,8" is several values; use a list: [1, 8])");
    CHECK(error_of(R"({"jit": "none,lga"})") == R"(1: "jit": "none,lga" is not one of none, freeze, ofi, llga)");
}

TEST_CASE("an unknown key is refused with the one that was probably meant") {
    CHECK(error_of("{\n\"fpmaht\": \"bf16\"}") == "2: \"fpmaht\" is not a key of a config; did you mean \"fpmath\"?");
    CHECK(error_of(R"({"lauches": 5})") == "1: \"lauches\" is not a key of a config; did you mean \"launches\"?");
    CHECK(error_of(R"({"model": "x"})") == "1: \"model\" is not a key of a config; did you mean \"models\"?");
    CHECK(error_of(R"({"exactness": 0.02})") == "1: \"exactness\" is not a key of a config");
    CHECK(error_of(R"({"": 1})") == "1: \"\" is not a key of a config");
}

TEST_CASE("an unknown key of any characters is refused like any other") {
    CHECK(error_of("{\n\"a/b\": 1}") == "2: \"a/b\" is not a key of a config");
    CHECK(error_of("{\n\"~x\": 1}") == "2: \"~x\" is not a key of a config");
}

TEST_CASE("an empty list is refused") {
    CHECK(error_of("{\n\"batch\": []}") == "2: \"batch\": the list is empty");
    CHECK(error_of(R"({"models": []})") == "1: \"models\": the list is empty");
    CHECK(error_of(R"({"shape": {"tokens": []}})") == "1: \"tokens\": the list is empty");
}

TEST_CASE("an option that has one value takes no list") {
    CHECK(error_of("{\"launches\": [3,\n5]}") == "1: \"launches\": takes one value, not a list");
    CHECK(error_of(R"({"launches": [3]})") == "1: \"launches\": takes one value, not a list");
    CHECK(error_of(R"({"preset": ["a", "b"]})") == "1: \"preset\": takes one value, not a list");
    CHECK(error_of(R"({"models-dir": ["a", "b"]})") == "no error");
}

TEST_CASE("an option that has one value is refused twice on the command line") {
    CHECK_THROWS_WITH(flags({{"launches", 3}, {"launches", 5}}), "--launches: takes one value, not a list");
    CHECK_THROWS_WITH(flags({{"preset", "a"}, {"preset", "b"}}), "--preset: takes one value, not a list");
}

TEST_CASE("what is no object or no JSON is refused with its line") {
    CHECK(error_of("[1]") == "1: a config is an object with the flags' names as keys");
    CHECK_THAT(error_of("{\n\"batch\": 1,\n}"), StartsWith("3: not valid JSON: "));
    CHECK(error_of("{\"batch\": 1,\n\"batch\": 2}") == "2: \"batch\" is given twice in one object");
    CHECK_THROWS_AS(read_config("/nowhere/sweep.json"), DataError);
}

TEST_CASE("dimensions and variables are given as objects or as NAME=VALUE") {
    for (const char* text : {R"({"shape": {"tokens": [1, 8], "images": 2}, "env": {"A": ["x", "y"], "B": "1,2"}})",
                             R"({"shape": ["tokens=1,8", "images=2"], "env": ["A=x", "A=y", "B=1,2"]})"}) {
        const Layer layer = Config(text).read();
        CHECK(values_of(layer, "shape.tokens") == Values{"1", "8"});
        CHECK(values_of(layer, "shape.images") == Values{"2"});
        CHECK(values_of(layer, "env.A") == Values{"\"x\"", "\"y\""});
        CHECK(values_of(layer, "env.B") == Values{"\"1,2\""});
    }
}

TEST_CASE(
    "a variable's value is a text, though numbers may be written plainly, and may hold an equals sign or nothing") {
    const Layer layer = Config(R"({"env": {"N": 3, "T": true}})").read();
    CHECK(values_of(layer, "env.N") == Values{"\"3\""});
    CHECK(values_of(layer, "env.T") == Values{"\"true\""});
    CHECK(values_of(flags({{"env", "A=b=c"}}), "env.A") == Values{"\"b=c\""});
    CHECK(values_of(flags({{"env", "A="}}), "env.A") == Values{"\"\""});
    CHECK(error_of(R"({"env": {"A": {"x": 1}}})") == "1: \"A\": {\"x\":1} is not a text");
    CHECK(error_of(R"({"env": {"A": null}})") == "1: \"A\": null is not a text");
}

TEST_CASE("dimensions and variables that make no sense are refused") {
    CHECK_THROWS_WITH(flags({{"shape", "tokens"}}), "--shape: \"tokens\" is not NAME=1,8");
    CHECK_THROWS_WITH(flags({{"env", "=x"}}), "--env: \"=x\" is not NAME=VALUE");
    CHECK_THROWS_WITH(flags({{"shape", "tokens=one"}}), "--shape: \"one\" is not an integer from 0 of \"tokens\"");
    CHECK_THROWS_WITH(flags({{"shape", "batch=1"}}), "--shape: \"batch\" has its own flag: --batch");
    CHECK(error_of("{\"shape\": {\n\"tokens\": -1\n}}") == "2: \"tokens\": -1 is not an integer from 0 of \"tokens\"");
    CHECK(error_of(R"({"env": {"A B": "x"}})") == "1: \"A B\": \"A B\" is no name of an environment variable");
}

TEST_CASE("names of any characters can be dimensions and variables") {
    const Layer layer = Config(R"({"shape": {"w/2": 1}, "env": {"A/B~C": "x"}})").read();
    CHECK(values_of(layer, "shape.w/2") == Values{"1"});
    CHECK(values_of(layer, "env.A/B~C") == Values{"\"x\""});
}

TEST_CASE("later layers win, key by key") {
    const Layer preset = flags({{"fpmath", "bf16"}, {"jit", "ofi"}, {"env", "A=preset"}});
    const Layer config = flags({{"jit", "freeze"}, {"batch", 1}, {"batch", 8}, {"env", "B=config"}});
    const Layer command_line = flags({{"batch", 32}, {"env", "A=flag"}});
    const Layer all = merged({preset, config, command_line});
    CHECK(values_of(all, "fpmath") == Values{"\"bf16\""});
    CHECK(values_of(all, "jit") == Values{"\"freeze\""});
    CHECK(values_of(all, "batch") == Values{"32"});
    CHECK(values_of(all, "env.A") == Values{"\"flag\""});
    CHECK(values_of(all, "env.B") == Values{"\"config\""});
    CHECK(merged({}).empty());
}

TEST_CASE("a preset is found by name, and an unknown one is refused with those there are") {
    const TemporaryFolder folder;
    write_file(folder.path() / "guide.json", "// advice\n{\"fpmath\": \"bf16\"}");
    write_file(folder.path() / "all-off.json", "{}");
    CHECK(values_of(read_preset("guide", folder.path(), "x86_64"), "fpmath") == Values{"\"bf16\""});
    CHECK_THROWS_WITH(read_preset("giude", folder.path(), "x86_64"),
                      "--preset: \"giude\" is not one of all-off, guide");
}

TEST_CASE("a preset may depend on the architecture, and has one name all the same") {
    const TemporaryFolder folder;
    write_file(folder.path() / "fastest.x86_64.json", "{\"jit\": \"llga\"}");
    write_file(folder.path() / "fastest.aarch64.json", "{\"jit\": \"freeze\"}");
    CHECK(values_of(read_preset("fastest", folder.path(), "x86_64"), "jit") == Values{"\"llga\""});
    CHECK(values_of(read_preset("fastest", folder.path(), "aarch64"), "jit") == Values{"\"freeze\""});
    CHECK_THROWS_WITH(read_preset("fastest", folder.path(), "riscv64"), Contains("is not one of fastest"));
}

}  // namespace
}  // namespace gravbench::plan
