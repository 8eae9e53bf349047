#include "engines/common/argument.h"

#include <catch.h>

#include "base/errors.h"
#include "engines/common/failure.h"

namespace gravbench::engine {
namespace {

Arguments made(const char* arguments, std::uint64_t seed = 42) {
    return make_arguments({{"seed", seed}, {"position", 0}, {"arguments", Json::parse(arguments)}});
}

std::string refusal(const char* arguments) {
    try {
        made(arguments);
    } catch (const Failure& failure) {
        return failure.code() + ": " + failure.what();
    }
    return "";
}

constexpr const char* pair = R"([{"kind":"tensor","name":"x","dtype":"f32","shape":[2],"values":{"uniform":[0,1]}},
                                 {"kind":"list","items":[{"kind":"scalar","value":3},
                                                         {"kind":"tensor","dtype":"i8","shape":[3],
                                                          "values":{"uniform":[-5,5]}}]}])";

}  // namespace

TEST_CASE("arguments keep their names, kinds and order") {
    const Arguments arguments = made(pair);
    REQUIRE(arguments.values.size() == 2);
    CHECK(arguments.values[0].name == "x");
    CHECK(tensor_of(arguments.values[0]).shape == std::vector<std::int64_t>{2});
    const auto& items = std::get<ArgumentList>(arguments.values[1].value).items;
    CHECK(std::get<std::int64_t>(items.at(0).value) == 3);
    CHECK(tensor_of(items.at(1)).elements() == 3);
}

TEST_CASE("the digest is of the values: another seed has another, scalars have none") {
    CHECK(made(pair).digest == made(pair).digest);
    CHECK(made(pair).digest != made(pair, 43).digest);
    CHECK(made(R"([{"kind":"scalar","value":3}])").digest == made(R"([{"kind":"scalar","value":4}])").digest);
}

TEST_CASE("arguments that cannot be made are refused with the reason") {
    CHECK(refusal(R"([{"kind":"tensor","dtype":"f32","shape":[1],"values":{"uniform":[1]}}])") ==
          R"(inputs_do_not_fit: "uniform" has two numbers, not {"uniform":[1]})");
    CHECK(refusal(R"([{"kind":"tensor","dtype":"u8","shape":[1],"values":{"constant":256}}])") ==
          R"(inputs_do_not_fit: values {"constant":256} do not fit u8)");
    CHECK(refusal(R"([{"kind":"tensor","dtype":"i8","shape":[1],"values":{"uniform":[2,1]}}])") ==
          R"(inputs_do_not_fit: the range of values {"uniform":[2,1]} is empty)");
    CHECK(refusal(R"([{"kind":"riddle"}])") == R"(inputs_do_not_fit: there is no kind of argument "riddle")");
    CHECK(refusal(R"([{"kind":"scalar","value":"x"}])") ==
          R"(inputs_do_not_fit: the scalar "x" is no number and no boolean)");
    CHECK(refusal("[7]").find("inputs_do_not_fit") == 0);
    CHECK_THROWS_AS(make_arguments({{"seed", 1}, {"position", 0}}), DataError);
}

TEST_CASE("a whole number beyond 64 bits is a real one, and not another one") {
    const Arguments arguments = made(R"([{"kind":"scalar","value":10000000000000000000}])");
    CHECK(std::get<double>(arguments.values.front().value) == 1e19);
}

TEST_CASE("an argument that is no tensor is named where only tensors are taken") {
    const Arguments arguments = made(R"([{"kind":"scalar","name":"scale","value":3}])");
    CHECK_THROWS_WITH(tensor_of(arguments.values.front()),
                      "input \"scale\" is no tensor; this engine's models take nothing else");
}

}  // namespace gravbench::engine
