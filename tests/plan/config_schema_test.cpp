#include <regex>

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "plan/option.h"
#include "plan/plan.h"

namespace gravbench::plan {
namespace {

bool has_type(const std::string& type, const Json& value) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "integer" && value.is_number_integer()) ||
           (type == "number" && value.is_number()) || (type == "boolean" && value.is_boolean());
}

bool is_valid(const Json& schema, const Json& value);

bool is_valid_object(const Json& schema, const Json& value) {
    for (const auto& [key, member] : value.items()) {
        const Json& others = schema.contains("additionalProperties") ? schema["additionalProperties"] : Json(true);
        const Json& properties = member_or_empty(schema, "properties");
        if (properties.contains(key) ? !is_valid(properties[key], member)
            : others.is_boolean()    ? !others.get<bool>()
                                     : !is_valid(others, member)) {
            return false;
        }
    }
    const Json& needed = member_or_empty(schema, "required");
    return std::all_of(needed.begin(), needed.end(),
                       [&](const Json& key) { return value.contains(key.get<std::string>()); });
}

/// As much of JSON Schema as config_schema() uses. Any other keyword fails the test.
bool is_valid(const Json& schema, const Json& value) {
    const auto takes = [&](const Json& other) { return is_valid(other, value); };
    bool valid = true;
    for (const auto& [keyword, rule] : schema.items()) {
        if (keyword == "type") {
            const Json types = rule.is_array() ? rule : Json::array({rule});
            valid &= std::any_of(types.begin(), types.end(),
                                 [&](const Json& type) { return has_type(type.get<std::string>(), value); });
        } else if (keyword == "enum") {
            valid &= std::find(rule.begin(), rule.end(), value) != rule.end();
        } else if (keyword == "anyOf") {
            valid &= std::any_of(rule.begin(), rule.end(), takes);
        } else if (keyword == "allOf") {
            valid &= std::all_of(rule.begin(), rule.end(), takes);
        } else if (keyword == "minimum") {
            valid &= !value.is_number() || value.get<double>() >= rule.get<double>();
        } else if (keyword == "exclusiveMinimum") {
            valid &= !value.is_number() || value.get<double>() > rule.get<double>();
        } else if (keyword == "maximum") {
            valid &= !value.is_number() || value.get<double>() <= rule.get<double>();
        } else if (keyword == "minLength") {
            valid &= !value.is_string() || value.get<std::string>().size() >= rule.get<std::size_t>();
        } else if (keyword == "minItems") {
            valid &= !value.is_array() || value.size() >= rule.get<std::size_t>();
        } else if (keyword == "pattern") {
            valid &=
                !value.is_string() || std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()));
        } else if (keyword == "items") {
            valid &= !value.is_array() || std::all_of(value.begin(), value.end(), [&, &item = rule](const Json& one) {
                return is_valid(item, one);
            });
        } else if (keyword == "properties" || keyword == "additionalProperties" || keyword == "required") {
            valid &= !value.is_object() || is_valid_object(schema, value);
        } else if (keyword != "$schema" && keyword != "title" && keyword != "description") {
            FAIL("unexpected keyword " << keyword);
        }
    }
    return valid;
}

bool is_read(const std::string& text) {
    const TemporaryFolder folder;
    write_file(folder.path() / "config.json", text);
    try {
        read_config(folder.path() / "config.json");
        return true;
    } catch (const Error&) {
        return false;
    }
}

TEST_CASE("the schema of a config takes what is read and refuses what is not") {
    for (const char* text : {R"({})",
                             R"([])",
                             R"({"$schema": "x"})",
                             R"({"typo": 1})",
                             R"({"models": "a"})",
                             R"({"models": ["a", "b"]})",
                             R"({"models": []})",
                             R"({"models": 3})",
                             R"({"models": [{"model": "a.pt", "input": ["f32[1]"]}]})",
                             R"({"models": {"model": "a.pt", "input": "f32[1]"}})",
                             R"({"models": {"model": "a.pt", "input": [{"dtype": "f32", "shape": [1]}]}})",
                             R"({"models": {"model": "a.pt", "input": {"dtype": "f32", "shape": [1]}}})",
                             R"({"models": {"model": "a.pt", "input": null}})",
                             R"({"engine": "bin/mine"})",
                             R"({"engine": ["torch", "bin/mine"]})",
                             R"({"engine": 3})",
                             R"({"models": {"input": []}})",
                             R"({"models": {"model": 3}})",
                             R"({"models": {"model": "a", "inputs": []}})",
                             R"({"models": {"model": "a", "input": [3]}})",
                             R"({"input": "f32[1]"})",
                             R"({"input": ["f32[1]", {"kind": "scalar", "value": 1}]})",
                             R"({"input": 3})",
                             R"({"input": []})",
                             R"({"preset": "a"})",
                             R"({"preset": ["a"]})",
                             R"({"preset": 1})",
                             R"({"batch": 1})",
                             R"({"batch": [1, 8]})",
                             R"({"batch": 0})",
                             R"({"batch": []})",
                             R"({"batch": "1"})",
                             R"({"batch": 1.5})",
                             R"({"threads": "cores"})",
                             R"({"threads": ["cores", 4096]})",
                             R"({"threads": 4097})",
                             R"({"threads": "core"})",
                             R"({"fpmath": "any"})",
                             R"({"fpmath": "ANY"})",
                             R"({"jit": [true]})",
                             R"({"launches": 5})",
                             R"({"launches": [5]})",
                             R"({"launches": 0})",
                             R"({"min-cosine": 0.5})",
                             R"({"min-cosine": 2})",
                             R"({"duration": "500ms"})",
                             R"({"duration": 0.5})",
                             R"({"duration": 0})",
                             R"({"duration": "soon"})",
                             R"({"duration": "5"})",
                             R"({"models-dir": "a"})",
                             R"({"models-dir": ["a", "b"]})",
                             R"({"models-dir": []})",
                             R"({"output": ""})",
                             R"({"shape": {"t": 1, "u": [0, 8]}})",
                             R"({"shape": {"t": "1"}})",
                             R"({"shape": {"t": []}})",
                             R"({"shape": "t=1,8"})",
                             R"({"shape": ["t=1", "u=2"]})",
                             R"({"shape": 3})",
                             R"({"shape": [3]})",
                             R"({"env": {"A": "x", "B": ["x", ""], "C": 3, "D": true}})",
                             R"({"env": {"A": {}}})",
                             R"({"env": {"A": null}})",
                             R"({"env": "A=x"})",
                             R"({"env": ["A=x", "B="]})",
                             R"({"env": 1})"}) {
        INFO(text);
        CHECK(is_valid(config_schema(), Json::parse(text)) == is_read(text));
    }
}

TEST_CASE("the schema has every setting and option, each with its help") {
    const Json properties = config_schema()["properties"];
    for (const Setting& setting : settings()) {
        INFO(setting.name);
        CHECK(properties[setting.name]["description"] == Json(setting.help));
    }
    for (const Option& option : options()) {
        INFO(option.name);
        CHECK(properties[option.name]["description"] == Json(option.help));
    }
}

}  // namespace
}  // namespace gravbench::plan
