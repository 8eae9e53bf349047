#include "yardstick/instruction_set.h"

#include "machine/yardstick.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#elif defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace gravbench::yardstick {
namespace {

#if defined(__aarch64__)

// Numbers: Linux, arch/arm64/include/uapi/asm/hwcap.h. Older C libraries do not name all of them.
bool has_sve() {
    return (::getauxval(AT_HWCAP) >> 22 & 1) != 0;
}

bool has_bf16() {
    return (::getauxval(AT_HWCAP2) >> 14 & 1) != 0;
}

bool has_sve_bf16() {
    return (::getauxval(AT_HWCAP2) >> 12 & 1) != 0;
}

#elif defined(__x86_64__)

/// The files for AVX2 are compiled with both.
bool has_avx2_and_fma() {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

bool has_amx_instructions() {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    constexpr unsigned bf16 = 1U << 22;
    constexpr unsigned tiles = 1U << 24;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & bf16) != 0 && (edx & tiles) != 0;
}

/// Linux gives the tiles' registers to a process that asks for them (Documentation/arch/x86/xstate.rst).
bool may_use_tiles() {
    constexpr long request_permission = 0x1023;
    constexpr long tile_data = 18;
    return ::syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

/// The loop was written without such a CPU at hand: it must show that it computes what it should before it is believed.
bool has_amx_bf16() {
    constexpr float of_all_chains = (0 + 1 + 2 + 3 + 4 + 5 + 6 * 32 * 0.5F * 1.5F) * 256;
    return has_amx_instructions() && may_use_tiles() && dot_product_amx_bf16(1, 0.5F, 1.5F) == of_all_chains;
}

#endif

/// Of a loop that multiplies and adds: a product and a sum for each lane of each chain.
Arithmetic multiply_add_loop(const char* set, MultiplyAdd run, int count, int lanes, bool is_supported) {
    return {set, run, 2.0 * count * lanes, count, lanes, 0, is_supported};
}

Arithmetic dot_product_loop(const char* set, DotProduct run, int count, int lanes, int products, bool is_supported) {
    return {set, run, 2.0 * products * count * lanes, count, lanes, products, is_supported};
}

}  // namespace

#if defined(__aarch64__)

std::vector<Arithmetic> f32_loops() {
    const int sve_lanes = has_sve() ? lanes_sve() : 0;
    return {multiply_add_loop("sve", multiply_add_sve, chains, sve_lanes, has_sve()),
            multiply_add_loop("asimd", multiply_add_neon, chains, 4, true)};
}

std::vector<Arithmetic> bf16_loops() {
    const int sve_lanes = has_sve() ? lanes_sve() : 0;
    return {dot_product_loop("svebf16", dot_product_sve_bf16, chains, sve_lanes, 4, has_sve_bf16()),
            dot_product_loop("bf16", dot_product_neon_bf16, chains, 4, 4, has_bf16())};
}

std::vector<TriadLoop> triad_loops() {
    return {{"sve", triad_sve, has_sve()}, {"asimd", triad_neon, true}};
}

#elif defined(__x86_64__)

std::vector<Arithmetic> f32_loops() {
    return {
        multiply_add_loop("avx512f", multiply_add_avx512, chains, 16, __builtin_cpu_supports("avx512f") != 0),
        multiply_add_loop("avx2", multiply_add_avx2, chains_of_16_registers, 8, has_avx2_and_fma()),
        multiply_add_loop("sse2", multiply_add_sse2, chains_of_16_registers, 4, true),
    };
}

std::vector<Arithmetic> bf16_loops() {
    return {dot_product_loop(machine::amx_bf16, dot_product_amx_bf16, chains_of_amx, 256, 32, has_amx_bf16()),
            dot_product_loop("avx512_bf16", dot_product_avx512_bf16, chains, 16, 2,
                             __builtin_cpu_supports("avx512bf16") != 0)};
}

std::vector<TriadLoop> triad_loops() {
    return {{"avx512f", triad_avx512, __builtin_cpu_supports("avx512f") != 0},
            {"avx2", triad_avx2, has_avx2_and_fma()},
            {"sse2", triad_sse2, true}};
}

#else
#error "the yardstick has loops for x86-64 and aarch64 only"
#endif

}  // namespace gravbench::yardstick
