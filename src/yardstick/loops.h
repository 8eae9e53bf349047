#pragma once

#include <cstdint>

/// The loops by which the yardstick measures, each for one instruction set, in a file that is compiled for it. None may
/// be called on a CPU that lacks it (instruction_set.h).
namespace gravbench::yardstick {

/// Multiplies and adds in independent chains: chain i of all lanes begins at i, and each iteration makes it
/// sum * factor + summand. Gives the sum of all lanes of all chains.
using MultiplyAdd = float (*)(std::int64_t iterations, float factor, float summand);

/// a = b + factor * c. Arrays are aligned to 64 bytes, their length is a multiple of 16.
using Triad = void (*)(float* a, const float* b, const float* c, std::int64_t length, float factor);

/// Chains as above, of dot products or small matrix products of bf16: each iteration adds to each sum
/// `products` times factor * summand, both rounded to bf16.
using DotProduct = MultiplyAdd;

#if defined(__aarch64__)
float multiply_add_neon(std::int64_t iterations, float factor, float summand);
void triad_neon(float* a, const float* b, const float* c, std::int64_t length, float factor);
/// Lanes of a vector of SVE, which the CPU decides.
int lanes_sve();
float multiply_add_sve(std::int64_t iterations, float factor, float summand);
void triad_sve(float* a, const float* b, const float* c, std::int64_t length, float factor);
float dot_product_neon_bf16(std::int64_t iterations, float factor, float summand);
float dot_product_sve_bf16(std::int64_t iterations, float factor, float summand);
#elif defined(__x86_64__)
float multiply_add_sse2(std::int64_t iterations, float factor, float summand);
void triad_sse2(float* a, const float* b, const float* c, std::int64_t length, float factor);
float multiply_add_avx2(std::int64_t iterations, float factor, float summand);
void triad_avx2(float* a, const float* b, const float* c, std::int64_t length, float factor);
float multiply_add_avx512(std::int64_t iterations, float factor, float summand);
void triad_avx512(float* a, const float* b, const float* c, std::int64_t length, float factor);
float dot_product_avx512_bf16(std::int64_t iterations, float factor, float summand);
float dot_product_amx_bf16(std::int64_t iterations, float factor, float summand);
#endif

/// Independent chains: enough for four units of a latency of four cycles.
inline constexpr int chains = 16;
/// AVX2 and SSE2 have 16 registers, of which two hold constants. Two units of a latency of five cycles need ten.
inline constexpr int chains_of_16_registers = 12;
/// AMX has eight tiles, of which two hold constants.
inline constexpr int chains_of_amx = 6;

}  // namespace gravbench::yardstick
