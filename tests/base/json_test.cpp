#include "base/json.h"

#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"

namespace gravbench {
namespace {

const Json object = Json::parse(R"({"text": "x", "whole": 3, "part": 2.5, "is": true, "none": null, "list": [1, 2]})");

TEST_CASE("a required member is given with its type") {
    CHECK(required<std::string>(object, "text", "f") == "x");
    CHECK(required<int>(object, "whole", "f") == 3);
    CHECK(required<double>(object, "whole", "f") == 3.0);
    CHECK(required<double>(object, "part", "f") == 2.5);
    CHECK(required<bool>(object, "is", "f"));
    CHECK(required<std::vector<int>>(object, "list", "f") == std::vector<int>{1, 2});
    CHECK(required<Json>(object, "none", "f").is_null());
}

TEST_CASE("a required member that is missing is named with its document") {
    CHECK_THROWS_AS(required<int>(object, "absent", "reply to load"), DataError);
    CHECK_THROWS_WITH(required<int>(object, "absent", "reply to load"), "reply to load: \"absent\" is missing");
    CHECK_THROWS_WITH(required<int>(Json::array(), "absent", "f"), "f: \"absent\" is missing");
    CHECK_THROWS_WITH(required_member(Json(3), "absent", "f"), "f: \"absent\" is missing");
}

TEST_CASE("a required member of another type is named with its value") {
    CHECK_THROWS_AS(required<int>(object, "text", "f"), DataError);
    CHECK_THROWS_WITH(required<int>(object, "text", "f"), "f: \"text\" has the wrong type: \"x\"");
    CHECK_THROWS_AS(required<std::string>(object, "whole", "f"), DataError);
    CHECK_THROWS_AS(required<std::vector<int>>(object, "whole", "f"), DataError);
    CHECK_THROWS_AS(required<bool>(object, "whole", "f"), DataError);
    CHECK_THROWS_AS(required<int>(object, "none", "f"), DataError);
}

TEST_CASE("a number is never read as another number than the one written") {
    CHECK_THROWS_AS(required<int>(object, "part", "f"), DataError);
    CHECK_THROWS_AS(required<int>(object, "is", "f"), DataError);
    CHECK_THROWS_AS(required<double>(object, "is", "f"), DataError);
    CHECK_THROWS_AS(required<int>(Json{{"large", 3000000000}}, "large", "f"), DataError);
    CHECK_THROWS_AS(required<std::int64_t>(Json{{"large", std::numeric_limits<std::uint64_t>::max()}}, "large", "f"),
                    DataError);
    CHECK_THROWS_AS(required<std::uint64_t>(Json{{"below", -1}}, "below", "f"), DataError);
    CHECK(required<std::int64_t>(Json{{"large", 3000000000}}, "large", "f") == 3000000000);
}

TEST_CASE("an optional member that is missing or null is its fallback") {
    CHECK(optional_member<int>(object, "absent", 7, "f") == 7);
    CHECK(optional_member<int>(object, "none", 7, "f") == 7);
    CHECK(optional_member<int>(object, "whole", 7, "f") == 3);
    CHECK(optional_member<int>(Json("no object"), "whole", 7, "f") == 7);
    CHECK_THROWS_AS(optional_member<int>(object, "text", 7, "f"), DataError);
}

TEST_CASE("a member that is not there can be walked like an empty object") {
    CHECK(member_or_empty(object, "absent").empty());
    CHECK(member_or_empty(Json(), "absent").is_object());
    CHECK(member_or_empty(object, "list").size() == 2);
}

TEST_CASE("readable JSON keeps lists of plain values on one line") {
    const Json json = Json::parse(R"({"a": {"b": [1, 2, 3], "c": []}, "d": [[1, 2], [3]], "e": {}, "f": null})");
    const std::string expected = R"({
  "a": {
    "b": [1,2,3],
    "c": []
  },
  "d": [
    [1,2],
    [3]
  ],
  "e": {},
  "f": null
}
)";
    CHECK(readable_json(json) == expected);
}

TEST_CASE("readable JSON reads back as the same document") {
    const Json json = Json::parse(R"({"quo\"te": [{"x": 0.1}, 2, "a\nb"], "ü": [true, [], {"y": [[1e-9]]}]})");
    CHECK(Json::parse(readable_json(json)) == json);
    CHECK(Json::parse(readable_json(Json(3))) == Json(3));
}

TEST_CASE("readable JSON of text that is not UTF-8 is still JSON") {
    const Json json{{"log", "caf\xe9"}, {"lines", Json::array({"\xff"})}};
    const Json back = Json::parse(readable_json(json));
    CHECK(back["log"].get<std::string>() == "caf\xef\xbf\xbd");
    CHECK(Json::parse(readable_json(Json{{"A\xff", 1}})).contains("A\xef\xbf\xbd"));
}

TEST_CASE("a file that is no JSON is refused by its name and line") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "results.json";
    CHECK_THROWS_AS(read_json(path), DataError);
    std::ofstream(path) << "{\"a\": 1,\n\"b\": ]}\n";
    CHECK_THROWS_AS(read_json(path), DataError);
    CHECK_THROWS_WITH(read_json(path), StartsWith(path.string() + ":2: not valid JSON: syntax error"));
    std::ofstream(path) << "{\"a\": 1}";
    CHECK(read_json(path).at("a").get<int>() == 1);
}

std::string nested(std::size_t depth) {
    return R"({"a": )" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

std::string of_members(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += (text.empty() ? "{\"" : ", \"") + std::to_string(i) + "\": 1";
    }
    return text + "}";
}

TEST_CASE("a file that is nested deeply or has an object of very many members is refused") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "manifest.json";
    for (const std::size_t depth : {most_depth + 1, std::size_t{200000}}) {
        write_file(path, nested(depth));
        CHECK_THROWS_WITH(read_json(path), path.string() + ": brackets are nested deeper than 64 levels");
    }
    write_file(path, "[[" + of_members(most_members + 1) + "]]");
    CHECK_THROWS_WITH(read_json(path), path.string() + ": an object has more than 1000 members");
    write_file(path, nested(most_depth));
    CHECK(read_json(path).contains("a"));
    write_file(path, of_members(most_members));
    CHECK(read_json(path).size() == most_members);
}

TEST_CASE("a config is nested no deeper than a document that it becomes a part of can be") {
    CHECK(parse_located(nested(32), "c.json").value.contains("a"));
    CHECK_THROWS_WITH(parse_located(nested(33), "c.json"), Contains("c.json:1: nested deeper than 32 levels"));
    CHECK_THROWS_WITH(parse_located(of_members(most_members + 1), "c.json"), Contains("more than 1000 members"));
}

}  // namespace
}  // namespace gravbench
