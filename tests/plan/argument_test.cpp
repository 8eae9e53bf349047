#include "base/errors.h"
#include "catch.h"
#include "plan/input_spec.h"

namespace gravbench::plan {
namespace {

InputSpec from_json(const char* text) {
    return input_from_json(Json::parse(text), "manifest.json");
}

Json argument_of(const std::string& spec, const Shape& shape = {}, const std::string& float_dtype = "f32") {
    return argument(parse_input(spec), shape, float_dtype);
}

TEST_CASE("a tensor's argument has the cell's numbers for its symbols") {
    CHECK(argument_of("ids:i64[batch,seq]{0..9}", {{"batch", 8}, {"seq", 128}}).dump() ==
          R"({"name":"ids","kind":"tensor","dtype":"i64","shape":[8,128],"values":{"uniform":[0,9]}})");
}

TEST_CASE("an input without a name is an argument without one") {
    CHECK_FALSE(argument_of("f32[2]").contains("name"));
}

TEST_CASE("a bf16 file gets bf16 where the inputs say f32, and nothing else changes") {
    CHECK(argument_of("f32[2]", {}, "bf16")["dtype"] == Json("bf16"));
    CHECK(argument_of("f64[2]", {}, "bf16")["dtype"] == Json("f64"));
    CHECK(argument_of("f16[2]", {}, "bf16")["dtype"] == Json("f16"));
    CHECK(argument_of("i64[2]", {}, "bf16")["dtype"] == Json("i64"));
    CHECK(argument_of("f32[2]", {}, "bf16")["values"] == argument_of("f32[2]")["values"]);
}

TEST_CASE("symbols and dtypes are resolved inside containers too") {
    const Json json = argument_of("[(f32[batch],{a:f32[w],b:3})]", {{"batch", 2}, {"w", 5}}, "bf16");
    const Json& tuple = json["items"][0];
    CHECK(json["kind"] == Json("list"));
    CHECK(tuple["kind"] == Json("tuple"));
    CHECK(tuple["items"][0]["shape"] == Json::array({2}));
    CHECK(tuple["items"][0]["dtype"] == Json("bf16"));
    CHECK(tuple["items"][1]["items"]["a"]["shape"] == Json::array({5}));
    CHECK(tuple["items"][1]["items"]["b"].dump() == R"({"kind":"scalar","value":3})");
}

TEST_CASE("an empty container is still a list or an object") {
    CHECK(argument_of("[]").dump() == R"({"kind":"list","items":[]})");
    CHECK(argument_of("{}").dump() == R"({"kind":"dict","items":{}})");
}

TEST_CASE("the symbols are those of all inputs, nested ones too") {
    CHECK(symbols_of({parse_input("f32[batch,3]"), parse_input("[(i64[seq],{a:f32[w,batch]})]"), parse_input("2.5")}) ==
          std::set<std::string>{"batch", "seq", "w"});
}

TEST_CASE("a manifest's input is the one that its text form describes") {
    const std::pair<const char*, const char*> same[] = {
        {R"({"name":"x","dtype":"f32","shape":["batch",3]})", "x:f32[batch,3]"},
        {R"({"kind":"tensor","dtype":"i64","shape":[],"values":{"constant":1}})", "i64[]=1"},
        {R"({"kind":"scalar","value":2.5})", "2.5"},
        {R"({"kind":"list","items":[{"kind":"scalar","value":true},{"dtype":"i8","shape":[2]}]})", "[true,i8[2]]"},
        {R"({"kind":"tuple","items":[]})", "()"},
        {R"({"kind":"dict","items":{"a":{"dtype":"f64","shape":["batch"],"values":{"uniform":[-1,0.5]}}}})",
         "{a:f64[batch]{-1..0.5}}"}};
    for (const auto& [json, text] : same) {
        INFO(text);
        CHECK(argument(from_json(json), {{"batch", 4}}, "f32") == argument_of(text, {{"batch", 4}}));
    }
}

TEST_CASE("a manifest may take values from a safetensors file") {
    const InputSpec spec = from_json(R"({"dtype":"f32","shape":[1],"values":{"file":"a.safetensors","tensor":"x"}})");
    CHECK(spec.values["tensor"] == Json("x"));
}

TEST_CASE("a wrong input in a manifest is named") {
    CHECK_THROWS_WITH(from_json(R"({"name":"x","dtype":"f23","shape":[1]})"),
                      StartsWith("manifest.json: input \"x\": dtype \"f23\" is not one of f16, bf16, f32"));
    CHECK_THROWS_WITH(from_json(R"({"name":"x","shape":[1]})"), "manifest.json: input \"x\": \"dtype\" is missing");
    CHECK_THROWS_WITH(from_json(R"({"name":"x","dtype":"f32"})"), "manifest.json: input \"x\": \"shape\" is missing");
    CHECK_THROWS_WITH(from_json(R"({"kind":"set","items":[]})"),
                      "manifest.json: kind \"set\" is not one of tensor, scalar, list, tuple, dict");
    CHECK_THROWS_WITH(from_json(R"({"kind":"list"})"), "manifest.json: \"items\" is missing");
    CHECK_THROWS_WITH(from_json(R"({"kind":"scalar"})"), "manifest.json: \"value\" is missing");
}

TEST_CASE("every malformed input is data that is wrong, never a crash") {
    for (const char* wrong : {R"("f32[batch]")",
                              "3",
                              "null",
                              "[]",
                              R"({"name":3,"dtype":"f32","shape":[1]})",
                              R"({"dtype":"f32","shape":[-1]})",
                              R"({"dtype":"f32","shape":[1.5]})",
                              R"({"dtype":"f32","shape":[""]})",
                              R"({"dtype":"f32","shape":"batch"})",
                              R"({"dtype":"f32","shape":null})",
                              R"({"dtype":"f32","shape":[1],"values":3})",
                              R"({"dtype":"f32","shape":[1],"values":{}})",
                              R"({"dtype":"f32","shape":[1],"values":{"uniform":{"lo":0,"hi":1}}})",
                              R"({"dtype":"f32","shape":[1],"values":{"uniform":[0]}})",
                              R"({"dtype":"f32","shape":[1],"values":{"uniform":[0,"1"]}})",
                              R"({"dtype":"f32","shape":[1],"values":{"uniform":[1,0]}})",
                              R"({"dtype":"f32","shape":[1],"values":{"constant":"1"}})",
                              R"({"dtype":"f32","shape":[1],"values":{"file":"a.safetensors"}})",
                              R"({"dtype":"f32","shape":[1],"values":{"file":1,"tensor":2}})",
                              R"({"kind":"scalar","value":"2.5"})",
                              R"({"kind":"scalar","value":null})",
                              R"({"kind":"list","items":3})",
                              R"({"kind":"list","items":{"a":{"kind":"scalar","value":1}}})",
                              R"({"kind":"dict","items":[{"kind":"scalar","value":1}]})"}) {
        INFO(wrong);
        CHECK_THROWS_AS(from_json(wrong), DataError);
    }
}

}  // namespace
}  // namespace gravbench::plan
