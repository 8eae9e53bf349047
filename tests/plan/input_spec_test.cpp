#include "plan/input_spec.h"

#include "base/errors.h"
#include "catch.h"

namespace gravbench::plan {
namespace {

using Kind = InputSpec::Kind;

Json values_of(const std::string& text) {
    return parse_input(text).values;
}
Json scalar_of(const std::string& text) {
    const InputSpec spec = parse_input(text);
    CHECK(spec.kind == Kind::scalar);
    return spec.scalar;
}

TEST_CASE("a picture's input is read as the command line's help writes it") {
    const InputSpec spec = parse_input("f32[batch,3,224,224]");
    CHECK(spec.kind == Kind::tensor);
    CHECK(spec.name.empty());
    CHECK(spec.dtype == "f32");
    CHECK(spec.dimensions == std::vector<Dimension>{"batch", std::int64_t{3}, std::int64_t{224}, std::int64_t{224}});
    CHECK(spec.values == Json::parse(R"({"uniform": [-1.0, 1.0]})"));
}

TEST_CASE("token ids are read with their name and range") {
    const InputSpec spec = parse_input("ids:i64[batch,seq]{0..30521}");
    CHECK(spec.name == "ids");
    CHECK(spec.dtype == "i64");
    CHECK(spec.dimensions == std::vector<Dimension>{"batch", "seq"});
    CHECK(spec.values.dump() == R"({"uniform":[0,30521]})");
}

TEST_CASE("a mask is read with its constant") {
    const InputSpec spec = parse_input("mask:i64[batch,seq]=1");
    CHECK(spec.name == "mask");
    CHECK(spec.values.dump() == R"({"constant":1})");
}

TEST_CASE("scalars keep the type that they are written with") {
    CHECK(scalar_of("2.5").dump() == "2.5");
    CHECK(scalar_of("3").dump() == "3");
    CHECK(scalar_of("3.0").dump() == "3.0");
    CHECK(scalar_of("-1").dump() == "-1");
    CHECK(scalar_of("-0.5").dump() == "-0.5");
    CHECK(scalar_of("true").dump() == "true");
    CHECK(scalar_of("false").dump() == "false");
    CHECK(scalar_of("1e-5").is_number_float());
    CHECK(parse_input("scale:2.5").name == "scale");
}

TEST_CASE("every dtype is read, and floats and integers have values of their own by default") {
    for (const std::string& dtype : dtypes()) {
        INFO(dtype);
        CHECK(parse_input(dtype + "[2]").dtype == dtype);
        const bool is_float = dtype[0] == 'f' || dtype == "bf16";
        CHECK(values_of(dtype + "[2]").dump() == (is_float ? R"({"uniform":[-1.0,1.0]})" : R"({"uniform":[0,1]})"));
    }
}

TEST_CASE("what PyTorch calls a dtype is understood as the protocol's name") {
    const std::pair<const char*, const char*> names[] = {{"int64", "i64"}, {"long", "i64"},    {"int32", "i32"},
                                                         {"float", "f32"}, {"float32", "f32"}, {"double", "f64"}};
    for (const auto& [given, meant] : names) {
        INFO(given);
        CHECK(parse_input("x:" + std::string(given) + "[batch]").dtype == meant);
        CHECK(input_from_json({{"dtype", given}, {"shape", Json::array({1})}}, "manifest.json").dtype == meant);
        CHECK(values_of(std::string(given) + "[2]") == values_of(std::string(meant) + "[2]"));
    }
}

TEST_CASE("a tensor without dimensions is one element") {
    CHECK(parse_input("f32[]").dimensions.empty());
    CHECK(parse_input("f32[]").kind == Kind::tensor);
    CHECK(parse_input("f32[0]").dimensions == std::vector<Dimension>{std::int64_t{0}});
}

TEST_CASE("ranges may have negative and fractional ends") {
    CHECK(values_of("i32[2]{-5..-2}").dump() == R"({"uniform":[-5,-2]})");
    CHECK(values_of("f32[2]{-2.1..2.6}").dump() == R"({"uniform":[-2.1,2.6]})");
    CHECK(values_of("f32[2]{0..0.5}").dump() == R"({"uniform":[0,0.5]})");
    CHECK(values_of("f32[2]{1e-3..1e3}").dump() == R"({"uniform":[0.001,1000.0]})");
    CHECK(values_of("i32[2]{7..7}").dump() == R"({"uniform":[7,7]})");
    CHECK(values_of("f32[2]=-0.5").dump() == R"({"constant":-0.5})");
    CHECK(values_of("bool[2]=true").dump() == R"({"constant":true})");
}

TEST_CASE("lists and tuples hold inputs in order") {
    const InputSpec list = parse_input("[f32[2],i64[3]=1]");
    CHECK(list.kind == Kind::list);
    REQUIRE(list.items.size() == 2);
    CHECK(list.items[0].second.dtype == "f32");
    CHECK(list.items[1].second.values.dump() == R"({"constant":1})");
    const InputSpec tuple = parse_input("state:(f32[2],2.5)");
    CHECK(tuple.kind == Kind::tuple);
    CHECK(tuple.name == "state");
    REQUIRE(tuple.items.size() == 2);
    CHECK(tuple.items[1].second.kind == Kind::scalar);
    CHECK(parse_input("[]").items.empty());
}

TEST_CASE("dicts hold inputs by key") {
    const InputSpec dict = parse_input("{ids:i64[batch,seq]{0..9}, scale:2.5}");
    CHECK(dict.kind == Kind::dict);
    REQUIRE(dict.items.size() == 2);
    CHECK(dict.items[0].first == "ids");
    CHECK(dict.items[0].second.values.dump() == R"({"uniform":[0,9]})");
    CHECK(dict.items[1].first == "scale");
    CHECK(dict.items[1].second.scalar == Json(2.5));
}

TEST_CASE("containers nest") {
    const InputSpec spec = parse_input("cache:[(f32[batch,8],f32[batch,8]),({k:[true]},-1)]");
    REQUIRE(spec.items.size() == 2);
    const InputSpec& second = spec.items[1].second;
    CHECK(second.kind == Kind::tuple);
    const InputSpec& dict = second.items[0].second;
    CHECK(dict.kind == Kind::dict);
    CHECK(dict.items[0].second.items[0].second.scalar == Json(true));
}

TEST_CASE("blanks around the parts do not matter") {
    const InputSpec spec = parse_input("  ids : i64[ batch , 3 ] { 0 .. 9 }  ");
    CHECK(spec.name == "ids");
    CHECK(spec.dimensions == std::vector<Dimension>{"batch", std::int64_t{3}});
    CHECK(spec.values.dump() == R"({"uniform":[0,9]})");
    CHECK(parse_input("( f32[1] , 2 )").items.size() == 2);
}

void check_error(const std::string& text, const std::string& expected, std::size_t position) {
    INFO(text);
    CHECK_THROWS_AS(parse_input(text), UsageError);
    CHECK_THROWS_WITH(parse_input(text), StartsWith("--input \"" + text + "\": expected " + expected));
    CHECK_THROWS_WITH(parse_input(text), Contains("at position " + std::to_string(position)));
}

TEST_CASE("an error quotes the text and says what was expected where") {
    check_error("f32", "\"[\"", 4);
    check_error("f32[batch", "\"]\"", 10);
    check_error("f32[batch,]", "a dimension: an integer or a symbol", 11);
    check_error("f32[3x]", "a dimension: an integer or a symbol", 5);
    check_error("f32[-1]", "a dimension: an integer or a symbol", 5);
    check_error("f23[batch]", "a dtype (f16, bf16, f32", 1);
    check_error("x:f23[batch]", "a dtype (f16, bf16, f32", 3);
    check_error("f32[2]{0..}", "a number, true or false", 11);
    check_error("f32[2]{0.5}", "\".\"", 11);
    check_error("f32[2]=one", "a number, true or false", 8);
    check_error("f32[2]x", "the end", 7);
    check_error("[f32[2]", "\"]\"", 8);
    check_error("(f32[2]]", "\")\"", 8);
    check_error("{f32[2]}", "\":\"", 5);
    check_error("{:2}", "a key", 2);
    check_error("", "a number, true or false", 1);
    check_error("null", "a dtype", 1);
}

TEST_CASE("an error where the text ends says so") {
    CHECK_THROWS_WITH(parse_input("f32[batch"), Contains("where the text ends"));
    CHECK_THROWS_WITH(parse_input("f32[2]xyz"), Contains("before \"xyz\""));
}

TEST_CASE("a range that ends before it starts is refused") {
    CHECK_THROWS_WITH(parse_input("i64[2]{5..1}"), "--input \"i64[2]{5..1}\": the range 5..1 is empty");
}

TEST_CASE("a dimension that no machine has is refused, not wrapped") {
    CHECK_THROWS_AS(parse_input("f32[99999999999999999999]"), UsageError);
}

}  // namespace
}  // namespace gravbench::plan
