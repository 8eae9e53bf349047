#include <fmt/format.h>

#include "doctor/check.h"

namespace gravbench::doctor {
namespace {

/// What AWS's processors are made of. Outside of EC2 the same cores are known by Arm's name alone.
struct Generation {
    const char* core;
    const char* has;
};
constexpr Generation generations[] = {
    {"Neoverse N1", "the core of Graviton2: no SVE, no BF16, no I8MM"},
    {"Neoverse V1", "the core of Graviton3: SVE of 256 bits, BF16, I8MM"},
    {"Neoverse V2", "the core of Graviton4: SVE2 of 128 bits, BF16, I8MM"},
    {"Neoverse V3", "the core of Graviton5: SVE2 of 128 bits, BF16, I8MM"},
};

/// On x86, the extensions that choose oneDNN's and MKL's kernels, the best first.
constexpr const char* x86_extensions[] = {"amx_bf16", "avx512_bf16", "avx512f", "avx2"};

std::string extensions_text(const Facts& facts) {
    for (const Generation& generation : generations) {
        if (facts.machine.cpu.find(generation.core) != std::string::npos) {
            return generation.has;
        }
    }
    std::vector<std::string> found;
    for (const char* extension : x86_extensions) {
        if (has_isa(facts, extension)) {
            found.emplace_back(extension);
        }
    }
    return found.empty() ? fmt::format("{}", fmt::join(facts.machine.isa, ", "))
                         : fmt::format("{}", fmt::join(found, ", "));
}

std::vector<Finding> look_at_model(const Facts& facts) {
    if (facts.machine.cpu.empty()) {
        return {{Status::unknown, fmt::format("the kernel does not name the CPU ({})", facts.machine.arch), ""}};
    }
    return {{Status::good, fmt::format("{}: {}", facts.machine.cpu, extensions_text(facts)), ""}};
}

std::vector<Finding> look_at_bf16(const Facts& facts) {
    const std::string i8mm = has_isa(facts, "i8mm") ? "with I8MM" : "without I8MM";
    if (is_arm(facts)) {
        if (has_isa(facts, "bf16")) {
            return {{Status::good,
                     fmt::format("BF16 {}: DNNL_DEFAULT_FPMATH_MODE=BF16 reaches convolutions and matmuls", i8mm), ""}};
        }
        return {{Status::notice, fmt::format("no BF16, {}: --fpmath bf16 cannot change anything", i8mm),
                 "measure on a Graviton3 or later (c7g, m7g, r7g, c8g, ...) if BF16 is what you are after"}};
    }
    if (has_isa(facts, "amx_bf16")) {
        return {{Status::good,
                 "AMX with BF16: --fpmath bf16 reaches convolutions, but not fp32 Linear layers, which MKL "
                 "computes; try --matmul-precision medium for those",
                 ""}};
    }
    if (has_isa(facts, "avx512_bf16")) {
        return {{Status::notice, "AVX512_BF16 without AMX: --fpmath bf16 changes nothing, it needs AMX",
                 "gravbench run MODEL --dtype fp32,bf16"}};
    }
    return {{Status::notice, "no BF16 instructions: --fpmath bf16 and --dtype bf16 bring no speed here", ""}};
}

const char* const emulated_why = "under emulation every instruction is translated: no time means anything";

/// The kernel's own architecture, which user-mode QEMU does not hide, or registers that every arm64 kernel shows.
std::string trace_of_emulation(const Facts& facts) {
    if (!facts.host.kernel_arch.empty() && !machine::is_same_cpu(facts.host.kernel_arch, "", facts.machine)) {
        return fmt::format("this program runs as {}, but the kernel's architecture is {}", facts.machine.arch,
                           facts.host.kernel_arch);
    }
    if (is_arm(facts) && facts.host.kernel_arch.empty() && facts.host.shows_cpus && !facts.host.shows_midr) {
        return fmt::format("this program runs as {}, but the kernel shows no MIDR_EL1, as every arm64 kernel does",
                           facts.machine.arch);
    }
    return "";
}

std::vector<Finding> look_for_emulation(const Facts& facts) {
    const std::string trace = trace_of_emulation(facts);
    if (!trace.empty()) {
        return {{Status::unfit, trace + ": it is emulated", "run gravbench built for the machine's own architecture"}};
    }
    return {{Status::good, fmt::format("this program runs on the {} that it was built for", facts.machine.arch), ""}};
}

}  // namespace

const std::vector<Check>& cpu_checks() {
    static const std::vector<Check> table{
        {"cpu", "which kernels oneDNN and ATen have for it depends on its extensions", look_at_model},
        {"bf16", "the largest gain that AWS's guide promises needs BF16 instructions (docs/facts.md)", look_at_bf16},
        {"emulation", emulated_why, look_for_emulation},
    };
    return table;
}

}  // namespace gravbench::doctor
