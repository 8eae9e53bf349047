#include <arm_neon.h>

#include "yardstick/loops.h"
#include "yardstick/vector_loops.h"

namespace gravbench::yardstick {

/// BFMMLA: two rows of four by two columns of four, into a matrix of two by two.
float dot_product_neon_bf16(std::int64_t iterations, float factor, float summand) {
    const bfloat16x8_t factors = vdupq_n_bf16(vcvth_bf16_f32(factor));
    const bfloat16x8_t summands = vdupq_n_bf16(vcvth_bf16_f32(summand));
    return sum_of_chains<float32x4_t, chains>(iterations,
                                              [=](float32x4_t sum) { return vbfmmlaq_f32(sum, factors, summands); });
}

}  // namespace gravbench::yardstick
