#include "audit/comparison.h"

#include "audit/log_builder.h"
#include "catch.h"

using namespace gravbench::audit;

namespace {

std::string line(const std::string& implementation, const std::string& problem, double ms,
                 const std::string& weights = "f32") {
    Line made;
    made.implementation = implementation;
    made.problem = problem;
    made.time_ms = ms;
    made.memory = memory("f32", weights);
    return made.text();
}

Audit audit_of(const std::string& steady, int inferences = 1) {
    return make_audit({header, steady}, std::vector<std::int64_t>(inferences, 1000000));
}

const Audit before = audit_of(line("jit:avx512_core", "mb1_large", 10) + line("jit:avx512_core", "mb1_small", 2));

}  // namespace

TEST_CASE("work is compared by primitive and problem, the largest difference first") {
    const auto changes =
        compare(before, audit_of(line("jit:avx512_core", "mb1_small", 3) + line("gemm:acl", "mb1_large", 4, "bf16")));
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].problem == "mb1_large");
    CHECK(changes[0].before == "f32 jit:avx512_core");
    CHECK(changes[0].after == "bf16 gemm:acl");
    CHECK(changes[0].is_other_kernel());
    CHECK(!changes[1].is_other_kernel());
    CHECK(changes[1].ms_after == Approx(3));
}

TEST_CASE("audits of different numbers of inferences are compared by one") {
    const Audit twice = audit_of(line("jit:avx512_core", "mb1_large", 10) + line("jit:avx512_core", "mb1_small", 2) +
                                     line("jit:avx512_core", "mb1_large", 30) + line("jit:avx512_core", "mb1_small", 2),
                                 2);
    CHECK(has_same_kernels(before, twice));
    CHECK(compare(before, twice)[0].ms_after == Approx(20));
    CHECK(describe_difference(before, twice).empty());
}

TEST_CASE("work that left oneDNN, or came to it, is a change") {
    const Audit less = audit_of(line("jit:avx512_core", "mb1_large", 10));
    CHECK(!has_same_kernels(before, less));
    const auto changes = compare(before, less);
    CHECK(changes[0].problem == "mb1_small");
    CHECK(changes[0].after.empty());
    CHECK(changes[0].calls_after == 0);
    CHECK(describe_difference(before, less) == "1 convolution f32 jit:avx512_core less");
    CHECK(describe_difference(less, before) == "1 convolution f32 jit:avx512_core more");
}

TEST_CASE("different implementations of one problem are told together") {
    const Audit mixed = audit_of(line("jit:avx512_core", "p", 1) + line("gemm:ref", "p", 1));
    CHECK(compare(mixed, mixed)[0].before == "f32 jit:avx512_core + f32 gemm:ref");
}
