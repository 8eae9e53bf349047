#pragma once

#include <cstdint>

/// Loops on vectors of one width. The files that include this are compiled for one instruction set each: they include
/// nothing else but its intrinsics, since an inline function of theirs could end up in code that runs on every CPU.
namespace gravbench::yardstick {

template <int bytes>
struct VectorOf {
    using Type __attribute__((vector_size(bytes), may_alias)) = float;
};

/// Takes `step` on independent sums, of which number i begins at i in all lanes, or the compiler would keep a single
/// one. Gives the sum of all lanes of all, so that none is left out.
template <typename Vector, int chains, typename Step>
float sum_of_chains(std::int64_t iterations, Step step) {
    Vector sums[chains];
#pragma GCC unroll 32
    for (int i = 0; i < chains; ++i) {
        sums[i] = Vector{} + static_cast<float>(i);
    }
    for (std::int64_t left = iterations; left > 0; --left) {
#pragma GCC unroll 32
        for (int i = 0; i < chains; ++i) {
            sums[i] = step(sums[i]);
        }
    }
    Vector all{};
#pragma GCC unroll 32
    for (int i = 0; i < chains; ++i) {
        all += sums[i];
    }
    float total = 0;
    for (unsigned lane = 0; lane < sizeof(Vector) / sizeof(float); ++lane) {
        total += all[lane];
    }
    return total;
}

template <int bytes, int chains>
float multiply_add(std::int64_t iterations, float factor, float summand) {
    using Vector = typename VectorOf<bytes>::Type;
    return sum_of_chains<Vector, chains>(iterations, [=](Vector sum) { return sum * factor + summand; });
}

/// a = b + factor * c, as STREAM's triad. The arrays are aligned to 64 bytes, their length is a multiple of 16.
template <int bytes>
void triad(float* a, const float* b, const float* c, std::int64_t length, float factor) {
    using Vector = typename VectorOf<bytes>::Type;
    constexpr std::int64_t lanes = bytes / 4;
    for (std::int64_t i = 0; i < length; i += lanes) {
        const auto& from_b = *reinterpret_cast<const Vector*>(b + i);
        const auto& from_c = *reinterpret_cast<const Vector*>(c + i);
        *reinterpret_cast<Vector*>(a + i) = from_b + factor * from_c;
    }
}

}  // namespace gravbench::yardstick
