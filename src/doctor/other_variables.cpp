#include <fmt/format.h>

#include "doctor/variable.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

Finding judge_huge_pages(const std::string& name, const std::string& value, const Facts& facts) {
    if (value == "0") {
        return {Status::good, value + ", which is the default", ""};
    }
    if (is_arm_torch(facts)) {
        return unset(Status::notice, name,
                     fmt::format("{} does nothing in newer wheels for aarch64: their allocator is mimalloc "
                                 "(MIMALLOC_ALLOW_LARGE_OS_PAGES)",
                                 value));
    }
    if (facts.machine.thp == "never") {
        return unset(Status::notice, name,
                     fmt::format("{} does nothing: huge pages are off in the kernel (never)", value));
    }
    return {Status::good, value, ""};
}

Finding judge_capability(const std::string& name, const std::string& value, const Facts&) {
    return unset(Status::warning, name, fmt::format("{} chooses ATen's kernels instead of what the CPU has", value));
}

Finding judge_malloc(const std::string& name, const std::string& value, const Facts& facts) {
    if (name == "MALLOC_CHECK_" || name == "MALLOC_PERTURB_") {
        return unset(Status::warning, name, fmt::format("{} makes every allocation slower", value));
    }
    if (is_arm_torch(facts)) {
        return unset(Status::notice, name,
                     fmt::format("{} does not reach tensors: the wheel for aarch64 uses mimalloc", value));
    }
    return unset(Status::notice, name, fmt::format("{} changes the allocator of every program of this shell", value));
}

Finding judge_least_matmul(const std::string& name, const std::string& value, const Facts& facts) {
    if (!is_arm_torch(facts)) {
        return unset(Status::notice, name,
                     fmt::format("{} does nothing for fp32 on x86, where MKL computes matmuls", value));
    }
    const auto least = machine::leading_integer(value);
    return unset(Status::notice, name,
                 fmt::format("matmuls with a dimension below {} go to BLAS instead of Arm Compute Library{}", value,
                             least && *least == 8 ? ", as by default" : ""));
}

Finding judge_mkl_debug(const std::string& name, const std::string& value, const Facts& facts) {
    return unset(Status::notice, name,
                 fmt::format("{} does nothing: {}", value,
                             is_arm(facts) ? "there is no MKL on Arm" : "MKL reads it no more since 2020 Update 1"));
}

}  // namespace

const std::vector<Variable>& other_variables() {
    static const std::vector<Variable> table{
        {"THP_MEM_ALLOC_ENABLE", "the Graviton guide's switch for huge pages in LibTorch's allocator",
         judge_huge_pages},
        {"ATEN_CPU_CAPABILITY", "ATen's own kernels are built for several instruction sets", judge_capability},
        {"MALLOC_*", "where a tensor's memory comes from decides about page faults and huge pages", judge_malloc},
        {"TORCH_MKLDNN_MATMUL_MIN_DIM", "the Graviton guide's way to keep small matmuls out of oneDNN; 8 on Neoverse",
         judge_least_matmul},
        {"MKL_DEBUG_CPU_TYPE",
         "once the way to MKL's AVX2 kernels on AMD (https://danieldk.eu/Posts/2020-08-31-MKL-Zen.html)",
         judge_mkl_debug},
    };
    return table;
}

}  // namespace gravbench::doctor
