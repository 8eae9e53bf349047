#include "run/engine_definition.h"

#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;

/// A folder for definitions, with a program beside them.
class Definitions {
  public:
    Definitions() {
        write_file(folder() / "program", "#!/bin/sh\n");
        fs::permissions(folder() / "program", fs::perms::owner_all);
    }
    fs::path folder() const { return folder_.path(); }
    Engine read(const std::string& text) const {
        write_file(folder() / "some.json", text);
        return find_engine("some", folder());
    }

  private:
    TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("a definition gives name, command and environment, with paths relative to its folder") {
    const Definitions definitions;
    const Engine engine = definitions.read(
        R"({"name": "x", "command": ["./program", "-v", "./program", "", "z"], "environment": {"A": "1", "B": "./lib"}})"
        "// a comment");
    CHECK(engine.name == "x");
    REQUIRE(engine.command.size() == 5);
    CHECK(fs::path(engine.command[0]) == definitions.folder() / "program");
    CHECK(engine.command[1] == "-v");
    CHECK(engine.command[4] == "z");
    CHECK(engine.environment.at("A") == "1");
    CHECK(fs::path(engine.environment.at("B")) == definitions.folder() / "lib");
}

TEST_CASE("a definition is found by name and by path") {
    const Definitions definitions;
    definitions.read(R"({"name": "x", "command": ["./program"]})");
    CHECK(find_engine((definitions.folder() / "some.json").string(), "/nowhere").name == "x");
    CHECK(engine_names(definitions.folder()) == std::vector<std::string>{"some"});
    CHECK_THROWS_WITH(
        find_engine("sone", definitions.folder()),
        Contains("\"sone\" not found: no such program, and not one of torch, some; did you mean \"some\"?"));
}

TEST_CASE("what is wrong with a definition is told with its line") {
    const Definitions definitions;
    CHECK_THROWS_WITH(definitions.read("{\n\"nmae\": \"x\"}"),
                      Contains("some.json:2: \"nmae\" is not one of") && Contains("did you mean \"name\"?"));
    CHECK_THROWS_WITH(definitions.read("{\"name\": 1, \"command\": [\"./program\"]}"),
                      Contains("\"name\" is 1, expected a text"));
    CHECK_THROWS_WITH(definitions.read("{\"command\": [\"./program\"]}"), Contains("\"name\" is missing"));
    CHECK_THROWS_WITH(definitions.read("{\"name\": \"x\",\n \"command\": []}"),
                      Contains(":2: \"command\": expected a list of texts"));
    CHECK_THROWS_WITH(definitions.read("{\"name\": \"x\", \"command\": [\"./program\"], \"environment\": {\"A\": 1}}"),
                      Contains("\"A\" is 1, expected a text"));
    CHECK_THROWS_WITH(definitions.read("{\"name\": \"x\", \"command\": [\"./program\"],\n \"environment\": [\"A=1\"]}"),
                      Contains(":2: \"environment\": expected an object"));
    CHECK_THROWS_AS(definitions.read("[]"), ConfigError);
    CHECK_THROWS_AS(definitions.read("{"), ConfigError);
}

TEST_CASE("a variable that no process could have, or that the front sets itself, is refused") {
    const Definitions definitions;
    const std::string start = R"({"name": "x", "command": ["./program"],)";
    for (const char* variable : {R"("")", R"("A=B")", R"("A\u0000")", R"("GRAVBENCH_CHANNEL")"}) {
        const std::string text = start + "\"environment\": {" + variable + ": \"y\"}}";
        CHECK_THROWS_WITH(definitions.read(text), Contains("is no name for a variable of an engine"));
    }
    CHECK_THROWS_WITH(definitions.read(start + R"("environment": {"A": "x\u0000y"}})"), Contains("expected a text"));
    CHECK_THROWS_WITH(definitions.read(R"({"name": "x", "command": ["./program", "x\u0000y"]})"),
                      Contains("expected a list of texts"));
}

TEST_CASE("a program without a slash lies beside gravbench") {
    const Definitions definitions;
    const std::string own = executable_folder() / "run_tests";
    CHECK(definitions.read(R"({"name": "x", "command": ["run_tests"]})").command == std::vector<std::string>{own});
    CHECK_THROWS_WITH(definitions.read(R"({"name": "x", "command": ["sh"], "remedy": "build it"})"),
                      "--engine: " + (executable_folder() / "sh").string() + " not found: build it");
}

TEST_CASE("a file of the command that is missing is told with the remedy") {
    const Definitions definitions;
    CHECK_THROWS_WITH(definitions.read(R"({"name": "x", "command": ["./absent"], "remedy": "build it"})"),
                      Contains("absent not found: build it"));
    CHECK_THROWS_WITH(definitions.read(R"({"name": "x", "command": ["./program", "./absent"], "remedy": "build it"})"),
                      Contains("absent not found: build it"));
}

TEST_CASE("every definition of this installation can be read, or says what to build") {
    for (const std::string& name : engine_names(fs::path(GRAVBENCH_SOURCE_FOLDER) / "configs" / "engines")) {
        INFO(name);
        try {
            const auto found = find_engine(name, fs::path(GRAVBENCH_SOURCE_FOLDER) / "configs" / "engines");
            CHECK(found.name == name);
        } catch (const UsageError& error) {
            CHECK_THAT(error.what(), Contains(" not found: scripts/"));
        }
    }
}

}  // namespace gravbench::run
