#include <immintrin.h>

#include "yardstick/loops.h"
#include "yardstick/vector_loops.h"

namespace gravbench::yardstick {

/// Each lane adds two products.
float dot_product_avx512_bf16(std::int64_t iterations, float factor, float summand) {
    const __m512bh factors = _mm512_cvtne2ps_pbh(_mm512_set1_ps(factor), _mm512_set1_ps(factor));
    const __m512bh summands = _mm512_cvtne2ps_pbh(_mm512_set1_ps(summand), _mm512_set1_ps(summand));
    return sum_of_chains<__m512, chains>(iterations,
                                         [=](__m512 sum) { return _mm512_dpbf16_ps(sum, factors, summands); });
}

}  // namespace gravbench::yardstick
