#include "audit/requirement.h"

#include "audit/log_builder.h"
#include "base/errors.h"
#include "catch.h"

using namespace gravbench;
using namespace gravbench::audit;

namespace {

Audit audit_of(const std::string& steady) {
    return make_audit({header, steady}, {1000000});
}

std::string convolution(const std::string& implementation, double time_ms, const std::string& weights = "f32") {
    Line line;
    line.implementation = implementation;
    line.memory = memory("f32", weights);
    line.time_ms = time_ms;
    return line.text();
}

}  // namespace

TEST_CASE("requirements are read with and without a share") {
    CHECK(parse_requirement("bf16") == Requirement{"bf16", 0.9});
    CHECK(parse_requirement("acl=0.95") == Requirement{"acl", 0.95});
    CHECK(parse_requirement("no-ref") == Requirement{"no-ref", 0});
    for (const char* wrong : {"", "bf17", "bf16=", "bf16=0", "bf16=1.5", "bf16=x", "no-ref=0.5", "bf16=nan"}) {
        INFO(wrong);
        CHECK_THROWS_AS(parse_requirement(wrong), UsageError);
    }
}

TEST_CASE("a requirement that was mistyped is told which was meant") {
    CHECK_THROWS_WITH(parse_requirement("bf61"), Contains("did you mean \"bf16\"?"));
    CHECK_THROWS_WITH(parse_requirement("bf61=0.9"), Contains("did you mean \"bf16\"?"));
}

TEST_CASE("bf16 is required as a share of the time, and the kernels at fault are named") {
    const Audit audit = audit_of(convolution("gemm:acl", 80, "bf16") + convolution("brgconv_1x1:sve_256", 20));
    CHECK(!complaint({"bf16", 0.8}, audit));
    const auto text = complaint({"bf16", 0.9}, audit);
    REQUIRE(text);
    CHECK(text->find("80.0%") != std::string::npos);
    CHECK(text->find("1 convolution f32 brgconv_1x1:sve_256") != std::string::npos);
    CHECK(text->find("gemm:acl") == std::string::npos);
    CHECK(complaint({"acl", 0.9}, audit));
    CHECK(!complaint({"acl", 0.8}, audit));
}

TEST_CASE("a share of nothing is no share") {
    Line line;
    line.primitive = "reorder";
    CHECK(complaint({"bf16", 0.9}, audit_of(line.text())));
    CHECK(complaint({"no-ref", 0}, make_audit({"", ""}, {1})).value() == "the engine printed no oneDNN log");
}

TEST_CASE("reference kernels and creations after warm-up are named") {
    const Audit good = audit_of(convolution("gemm:acl", 1));
    CHECK(!complaint({"no-ref", 0}, good));
    CHECK(!complaint({"no-steady-miss", 0}, good));
    CHECK(complaint({"no-ref", 0}, audit_of(convolution("gemm:ref", 1)))->find("gemm:ref") != std::string::npos);
    Line created;
    created.operation = "create:cache_miss";
    CHECK(complaint({"no-steady-miss", 0}, audit_of(created.text()))->find("1 primitives") != std::string::npos);
    created.operation = "create:cache_hit";
    CHECK(!complaint({"no-steady-miss", 0}, audit_of(created.text())));
}
