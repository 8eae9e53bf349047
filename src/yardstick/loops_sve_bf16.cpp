#include <arm_neon.h>

#include "yardstick/loops.h"
#include "yardstick/sve_chains.h"

namespace gravbench::yardstick {

/// BFMMLA on each 128 bits of the vectors: two rows of four by two columns of four, into a matrix of two by two.
float dot_product_sve_bf16(std::int64_t iterations, float factor, float summand) {
    const bfloat16_t narrow_factor = vcvth_bf16_f32(factor);
    const bfloat16_t narrow_summand = vcvth_bf16_f32(summand);
    return sum_of_sve_chains(
        iterations, [=](svfloat32_t sum) __attribute__((always_inline)) {
            return svbfmmla(sum, svdup_bf16(narrow_factor), svdup_bf16(narrow_summand));
        });
}

}  // namespace gravbench::yardstick
