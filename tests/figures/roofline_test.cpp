#include "figures/roofline.h"

#include "catch.h"

namespace gravbench::figures {
namespace {

machine::Machine some_machine() {
    machine::Machine machine;
    machine.usable_cpus = 4;
    machine.caches = {{1, "Data", 32 << 10, 1}, {2, "Unified", 512 << 10, 1}, {3, "Unified", 16 << 20, 2}};
    return machine;
}

/// 100 GFLOP/s of f32 and 200 of bf16; 64, 32 and 16 GB/s in caches of 1 and 32 MiB and beyond.
Peaks some_peaks(const std::string& bf16_loop = "avx512_bf16") {
    machine::YardstickReading best;
    best.threads = 2;
    best.f32_gflops = 100;
    best.bf16_gflops = 200;
    best.l2_gb_per_s = 64;
    best.llc_gb_per_s = 32;
    best.memory_gb_per_s = 16;
    return peaks_of(best, bf16_loop, some_machine());
}

audit::Kernel matmul(const char* problem, const char* type = "f32") {
    audit::Kernel kernel;
    kernel.primitive = "matmul";
    kernel.implementation = "brg_matmul:avx512_core";
    kernel.source_type = kernel.weights_type = kernel.destination_type = type;
    kernel.problem = problem;
    return kernel;
}

audit::Audit audit_of(const std::vector<audit::Kernel>& kernels) {
    audit::Audit audit;
    audit.inferences = 2;
    for (const audit::Kernel& kernel : kernels) {
        audit::KernelUse use;
        use.kernel = kernel;
        use.calls = 2;
        audit.kernels.push_back(use);
    }
    return audit;
}

TEST_CASE("a large product is bound by arithmetic, by the peak of its type") {
    const auto f32 = limit_of(matmul("1000x1000:1000x1000"), some_peaks());
    REQUIRE(f32);
    CHECK(f32->ms() == Approx(20));  // 2e9 at 100 GFLOP/s
    CHECK_FALSE(f32->is_memory_bound());
    CHECK(limit_of(matmul("1000x1000:1000x1000", "bf16"), some_peaks())->ms() == Approx(10));
}

TEST_CASE("a product by one row is bound by memory, at the rate of the smallest cache that holds it") {
    const auto beyond = limit_of(matmul("1x4096:4096x4096"), some_peaks());
    REQUIRE(beyond);
    CHECK(beyond->is_memory_bound());
    CHECK(beyond->ms() == Approx((4096.0 * 4096 + 2 * 4096) * 4 / 16e6));
    CHECK(limit_of(matmul("1x1024:1024x1024"), some_peaks())->ms() == Approx((1024.0 * 1024 + 2 * 1024) * 4 / 32e6));
    CHECK(limit_of(matmul("1x128:128x128"), some_peaks())->ms() == Approx((128.0 * 128 + 2 * 128) * 4 / 64e6));
}

TEST_CASE("what has no known peak has no limit, and a reorder none at all") {
    audit::Kernel amx = matmul("1000x1000:1000x1000", "bf16");
    amx.implementation = "brg_matmul:avx10_1_512_amx";
    CHECK_FALSE(limit_of(amx, some_peaks()));
    CHECK(limit_of(amx, some_peaks("amx_bf16"))->ms() == Approx(10));
    CHECK_FALSE(limit_of(matmul("1000x1000:1000x1000", "s8"), some_peaks()));
    CHECK_FALSE(roofline_of(audit_of({amx}), some_peaks(), 0));
    audit::Kernel reorder = matmul("64x64");
    reorder.primitive = "reorder";
    CHECK(limit_of(reorder, some_peaks())->ms() == 0);
}

TEST_CASE("an inference's limit is the sum of its kernels', and what ran elsewhere counts at the peak of f32") {
    const audit::Audit audit = audit_of({matmul("1000x1000:1000x1000"), matmul("1x4096:4096x4096")});
    const auto within = roofline_of(audit, some_peaks(), 0);
    REQUIRE(within);
    const double of_memory = (4096.0 * 4096 + 2 * 4096) * 4 / 16e6;
    CHECK(within->flops == Approx(2e9 + 2 * 4096.0 * 4096));
    CHECK(within->limit_ms == Approx(20 + of_memory));
    CHECK(within->memory_bound_ms == Approx(of_memory));
    CHECK_FALSE(within->is_memory_bound());
    const auto elsewhere = roofline_of(audit, some_peaks(), 4e9);
    CHECK(elsewhere->flops == Approx(4e9));
    CHECK(elsewhere->limit_ms == Approx(within->limit_ms + (4e9 - within->flops) / 1e8));
}

TEST_CASE("without operations or without a peak there is no roofline") {
    CHECK_FALSE(roofline_of(audit_of({}), some_peaks(), 0));
    CHECK_FALSE(roofline_of(audit_of({matmul("10x10:10x10")}), Peaks{}, 0));
}

TEST_CASE("a machine that does not tell its caches bounds nothing by memory") {
    machine::YardstickReading best;
    best.threads = 2;
    best.f32_gflops = 100;
    best.l2_gb_per_s = 64;
    best.memory_gb_per_s = 16;
    const Peaks peaks = peaks_of(best, "", machine::Machine{});
    CHECK(peaks.levels.empty());
    CHECK_FALSE(limit_of(matmul("1x4096:4096x4096"), peaks)->is_memory_bound());
}

TEST_CASE("operations that may have run in another type make no share of f32's peak") {
    const audit::Audit in_bf16 = audit_of({matmul("1000x1000:1000x1000", "bf16")});
    CHECK(roofline_of(in_bf16, some_peaks(), 2.05e9));
    CHECK_FALSE(roofline_of(in_bf16, some_peaks(), 4e9));
    audit::Kernel partition = matmul("");
    partition.primitive = "partition";
    CHECK_FALSE(roofline_of(audit_of({partition}), some_peaks(), 4e9));
}

TEST_CASE("sizes beyond all measure, as a damaged document has them, give no figure") {
    const std::string endless(400, '9');
    CHECK_FALSE(roofline_of(audit_of({matmul((endless + "x1:1x1").c_str())}), some_peaks(), 0));
}

}  // namespace
}  // namespace gravbench::figures
