#include <string>

#include "base/errors.h"
#include "base/json.h"
#include "catch.h"

namespace gravbench {
namespace {

int line_of(const std::string& text, const std::string& pointer) {
    const LocatedJson located = parse_located(text, "sweep.json");
    REQUIRE(located.lines.count(pointer) == 1);
    return located.line_of(pointer);
}

void check_error(const std::string& text, const std::string& start) {
    INFO(text);
    CHECK_THROWS_AS(parse_located(text, "sweep.json"), ConfigError);
    CHECK_THROWS_WITH(parse_located(text, "sweep.json"), StartsWith(start));
}

TEST_CASE("a located document has the values that any JSON parser reads") {
    const std::string text = R"({"a": [1, -2, 2.5, true, null, "x"], "b": {"c": {}, "d": []}})";
    CHECK(parse_located(text, "f").value == Json::parse(text));
}

TEST_CASE("members keep the order in which they were written") {
    CHECK(parse_located(R"({"z": 1, "a": 2, "m": 3})", "f").value.dump() == R"({"z":1,"a":2,"m":3})");
}

TEST_CASE("a config may hold comments of both kinds") {
    const std::string text =
        "// first\n"
        "{ /* one\n"
        "two */ \"a\": 1, // third\n"
        "\"b\": \"// no comment\"\n"
        "} // last, without a newline";
    const LocatedJson located = parse_located(text, "f");
    CHECK(located.value == Json::parse(R"({"a": 1, "b": "// no comment"})"));
    CHECK(located.line_of("/a") == 3);
    CHECK(located.line_of("/b") == 4);
}

TEST_CASE("every value knows its line") {
    const std::string text =
        "{\n"
        "  \"text\": \"x\",\n"
        "  \"list\": [\n"
        "    \"one\",\n"
        "    {\"deep\":\n"
        "      true}\n"
        "  ],\n"
        "  \"object\": {\n"
        "    \"nothing\": null\n"
        "  }\n"
        "}\n";
    CHECK(line_of(text, "") == 1);
    CHECK(line_of(text, "/text") == 2);
    CHECK(line_of(text, "/list") == 3);
    CHECK(line_of(text, "/list/0") == 4);
    CHECK(line_of(text, "/list/1") == 5);
    CHECK(line_of(text, "/list/1/deep") == 6);
    CHECK(line_of(text, "/object") == 8);
    CHECK(line_of(text, "/object/nothing") == 9);
}

TEST_CASE("a number that ends its line stands on that line") {
    // A parser knows that a number has ended only by the character after it.
    const std::string text = "{\n\"list\": [\n1\n,\n-2.5e3\n],\n\"last\": 7\n}";
    CHECK(line_of(text, "/list/0") == 3);
    CHECK(line_of(text, "/list/1") == 5);
    CHECK(line_of(text, "/last") == 7);
    CHECK(line_of("{\"a\": 1\r\n}", "/a") == 1);
    CHECK(line_of("\n\n42\n", "") == 3);
}

TEST_CASE("a number that ends its line does not move the lines after it") {
    const std::string text = "{\"a\": 1\n,\"b\": 2\n,\"c\": \"x\"\n,\"d\": 3\n}";
    CHECK(line_of(text, "/b") == 2);
    CHECK(line_of(text, "/c") == 3);
    CHECK(line_of(text, "/d") == 4);
}

TEST_CASE("a key with a slash or a tilde is found by its escaped pointer") {
    const std::string text = "{\n\"a/b\": 1, \"c~d\":\n2}";
    CHECK(line_of(text, "/a~1b") == 2);
    CHECK(line_of(text, "/c~0d") == 3);
}

TEST_CASE("a place that the document does not have counts as its first line") {
    CHECK(parse_located("{\n\"a\": 1}", "f").line_of("/b") == 1);
}

TEST_CASE("a key given twice in one object is refused at its second line") {
    check_error("{\n\"batch\": 1,\n\"batch\": 8\n}", "sweep.json:3: \"batch\" is given twice in one object");
    check_error("{\"shape\": {\n\"t\": 1,\n\"t\": [2]}}", "sweep.json:3: \"t\" is given twice in one object");
}

TEST_CASE("the same key in two objects is fine") {
    CHECK_NOTHROW(parse_located(R"({"a": {"x": 1}, "b": {"x": 2}, "c": [{"x": 3}, {"x": 4}]})", "f"));
}

TEST_CASE("a syntax error is reported at the line where the parser stumbles") {
    check_error("{\n\"a\": 1\n\"b\": 2\n}", "sweep.json:3: not valid JSON: ");  // no comma after 1
    check_error("{\n\"a\": \"x\",\n}", "sweep.json:3: not valid JSON: ");       // a comma too many
    check_error("{\n\"a\": [1, 2\n", "sweep.json:2: not valid JSON: ");         // never closed
    check_error("{\n\"a\": bf16\n}", "sweep.json:2: not valid JSON: ");         // quotes forgotten
    check_error("{\n\n\"a\": 01\n}", "sweep.json:3: not valid JSON: ");         // no number
    check_error("{\n\"a\": 1e999\n}", "sweep.json:2: not valid JSON: ");        // too large a number
    check_error("{\n}\n{", "sweep.json:3: not valid JSON: ");                   // something after the end
}

TEST_CASE("a string that does not end on its line is reported on that line") {
    check_error("{\n\"a\": \"x\n}", "sweep.json:2: not valid JSON: ");
}

TEST_CASE("an empty text or one of comments alone is refused") {
    check_error("", "sweep.json:1: not valid JSON: ");
    check_error("\n\n", "sweep.json:2: not valid JSON: ");
    check_error("// nothing\n", "sweep.json:1: not valid JSON: ");
}

TEST_CASE("a config that is nested deeper than the stack is refused") {
    const std::string deep(200000, '[');
    CHECK_THROWS_WITH(parse_located(deep, "a.json"), "a.json:1: nested deeper than 32 levels");
}

TEST_CASE("an error's text has no trace of the JSON library") {
    CHECK_THROWS_WITH(parse_located("{]", "f"), !Contains("json.exception"));
    CHECK_THROWS_WITH(parse_located("1e999", "f"), !Contains("json.exception"));
}

}  // namespace
}  // namespace gravbench
