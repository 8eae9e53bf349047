#include "base/errors.h"
#include "catch.h"
#include "plan/bundle_builder.h"

namespace gravbench::plan {
namespace {

std::vector<std::string> names_of(const Plan& plan) {
    std::vector<std::string> names;
    for (const Model& model : plan.models) {
        names.push_back(model.name);
    }
    return names;
}

TEST_CASE("a plan without a model says how to give one") {
    CHECK_THROWS_WITH(plan_of({}), StartsWith("no model given: "));
}

TEST_CASE("a model given twice is refused, whether by name or by path") {
    Bundles bundles;
    const auto folder = bundles.add("net");
    const Json dir = bundles.path().string();
    CHECK_THROWS_AS(plan_of(flags({{"models", "net"}, {"models", "net"}, {"models-dir", dir}})), UsageError);
    CHECK_THROWS_WITH(plan_of(flags({{"models", "net"}, {"models", folder.string()}, {"models-dir", dir}})),
                      "the model " + folder.string() + " is given twice");
}

TEST_CASE("two models of one name are told apart by their paths") {
    Bundles one;
    Bundles other;
    const std::string a = one.add("net").string();
    const std::string b = other.add("net").string();
    const Plan plan = plan_of(flags({{"models", a}, {"models", b}}));
    CHECK(names_of(plan) == std::vector<std::string>{a, b});
    CHECK(plan.cells[0].key == a + ":batch=1");
}

TEST_CASE("files share the inputs given, and one may have its own") {
    Bundles bundles;
    const std::string net = (bundles.path() / "net.pt").string();
    const std::string other = (bundles.path() / "other.pt").string();
    write_file(net, "x");
    write_file(other, "y");
    const Layer given =
        flags({{"models", net},
               {"models", {{"model", other}, {"input", Json::array({"i64[seq]", {{"kind", "scalar"}, {"value", 2}}})}}},
               {"input", "f32[batch,3]"}});
    const Plan plan = plan_of(given);
    CHECK(plan.models[0].inputs[0].dtype == "f32");
    REQUIRE(plan.models[1].inputs.size() == 2);
    CHECK(plan.models[1].inputs[0].dtype == "i64");
    CHECK(plan.cells[0].key == "net:batch=1");
    CHECK(plan.cells[1].key == "other:seq=128");
}

TEST_CASE("a single object is one input of its model") {
    Bundles bundles;
    const std::string net = (bundles.path() / "net.pt").string();
    write_file(net, "x");
    const Json input{{"name", "x"}, {"dtype", "f32"}, {"shape", Json::array({"batch", 3})}};
    const Plan plan = plan_of(flags({{"models", {{"model", net}, {"input", input}}}}));
    REQUIRE(plan.models[0].inputs.size() == 1);
    CHECK(plan.models[0].inputs[0].name == "x");
    CHECK(plan.cells[0].key == "net:batch=1");
}

TEST_CASE("inputs for bundles alone are refused, since their manifests have them") {
    Bundles bundles;
    const Json net = bundles.add("net").string();
    CHECK_THROWS_WITH(plan_of(flags({{"models", net}, {"input", "f32[1]"}})),
                      "--input: every model given is a bundle, whose manifest has its inputs");
}

TEST_CASE("a model's own inputs that are neither texts nor objects are refused") {
    CHECK_THROWS_AS(plan_of(flags({{"models", {{"model", "net.pt"}, {"input", Json::array({3})}}}})), Error);
}

TEST_CASE("the files that cells use are checked, and fp32 always") {
    Bundles bundles;
    const auto folder = bundles.add("net");
    Plan strict = plan_of(flags({{"models", folder.string()}}));
    Plan half = plan_of(flags({{"models", folder.string()}, {"dtype", "bf16"}}));
    write_file(folder / "bf16.pt", "damaged");
    CHECK_NOTHROW(check_model_files(strict));
    CHECK_THROWS_AS(check_model_files(half), DataError);
    bundles.add("net");
    write_file(folder / "fp32.pt", "damaged");
    CHECK_THROWS_AS(check_model_files(half), DataError);
}

TEST_CASE("a model's arguments are those of all its inputs") {
    Bundles bundles;
    const Model model =
        read_bundle(bundles.add("net", {{"inputs", Json::array({{{"dtype", "f32"}, {"shape", Json::array({"batch"})}},
                                                                {{"kind", "scalar"}, {"value", 2}}})}}));
    const Json arguments = arguments_for(model, {{"batch", 3}}, "bf16");
    REQUIRE(arguments.size() == 2);
    CHECK(arguments[0]["shape"] == Json::array({3}));
    CHECK(arguments[0]["dtype"] == Json("bf16"));
    CHECK(arguments[1]["value"] == Json(2));
}

}  // namespace
}  // namespace gravbench::plan
