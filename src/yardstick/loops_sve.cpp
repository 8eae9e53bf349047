#include "yardstick/loops.h"
#include "yardstick/sve_chains.h"

namespace gravbench::yardstick {

int lanes_sve() {
    return static_cast<int>(svcntw());
}

float multiply_add_sve(std::int64_t iterations, float factor, float summand) {
    return sum_of_sve_chains(
        iterations, [=](svfloat32_t sum) __attribute__((always_inline)) {
            return svmad_x(svptrue_b32(), sum, svdup_f32(factor), svdup_f32(summand));
        });
}

void triad_sve(float* a, const float* b, const float* c, std::int64_t length, float factor) {
    const svfloat32_t factors = svdup_f32(factor);
    const std::int64_t lanes = lanes_sve();
    for (std::int64_t i = 0; i < length; i += lanes) {
        const svbool_t some = svwhilelt_b32(i, length);
        svst1(some, a + i, svmla_x(some, svld1(some, b + i), svld1(some, c + i), factors));
    }
}

}  // namespace gravbench::yardstick
