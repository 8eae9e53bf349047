#include "engines/common/port.h"

#include "catch.h"
#include "engines/common/failure.h"

namespace gravbench::engine {
namespace {

Argument argument(const std::string& name, const std::vector<std::int64_t>& shape, const char* dtype = "f32") {
    return {name, zeros(element_type(dtype), shape)};
}

Port port(const std::string& name, const std::optional<std::vector<std::int64_t>>& shape) {
    return {name, &element_type("f32"), shape};
}

/// Which argument each input gets, by how long its first dimension is.
std::vector<std::int64_t> lengths(const std::vector<Port>& ports, const std::vector<Argument>& arguments) {
    std::vector<std::int64_t> lengths;
    for (const Tensor* const tensor : tensors_for(ports, arguments)) {
        lengths.push_back(tensor->shape.front());
    }
    return lengths;
}

using Lengths = std::vector<std::int64_t>;

TEST_CASE("inputs get the arguments of their names, and others that have one are not given") {
    const std::vector<Port> ports{port("a", {{-1}}), port("b", {{-1}})};
    CHECK(lengths(ports, {argument("b", {2}), argument("unused", {3}), argument("a", {1})}) == Lengths{1, 2});
}

TEST_CASE("arguments without those names go by their order, as many as there are inputs") {
    const std::vector<Port> ports{port("a", {{-1}}), port("b", {{-1}})};
    CHECK(lengths(ports, {argument("", {1}), argument("", {2})}) == Lengths{1, 2});
    CHECK(lengths(ports, {argument("b", {1}), argument("c", {2})}) == Lengths{1, 2});
    CHECK_THROWS_WITH(tensors_for(ports, {argument("", {1})}),
                      "the model takes (a: f32[-1], b: f32[-1]), and there are 1 arguments");
    CHECK_THROWS_AS(tensors_for(ports, {argument("a", {1}), argument("b", {2}), argument("", {3})}), Failure);
}

TEST_CASE("a tensor of another type or shape is refused, and any shape fits an input without one") {
    CHECK_THROWS_WITH(tensors_for({port("a", {{-1, 3}})}, {argument("a", {2, 4})}),
                      "the model takes (a: f32[-1, 3]), and \"a\" is f32[2, 4]");
    CHECK_THROWS_WITH(tensors_for({port("a", {{2}})}, {argument("a", {2}, "f64")}),
                      "the model takes (a: f32[2]), and \"a\" is f64[2]");
    CHECK_THROWS_WITH(tensors_for({{"a", nullptr, std::nullopt}}, {argument("a", {2})}),
                      "the model takes (a: no type of the protocol of any shape), and \"a\" is f32[2]");
    CHECK_NOTHROW(tensors_for({port("a", std::nullopt)}, {argument("a", {2, 4, 6})}));
}

TEST_CASE("outputs keep names that the protocol gives, and others are called by their order") {
    using Names = std::vector<std::string>;
    CHECK(output_names({"output.logits", "output.hidden"}) == Names{"output.logits", "output.hidden"});
    CHECK(output_names({"output"}) == Names{"output"});
    CHECK(output_names({"logits"}) == Names{"output"});
    CHECK(output_names({"output", "logits"}) == Names{"output.0", "output.1"});
}

}  // namespace
}  // namespace gravbench::engine
