#include "yardstick/loops.h"
#include "yardstick/vector_loops.h"

namespace gravbench::yardstick {

float multiply_add_avx2(std::int64_t iterations, float factor, float summand) {
    return multiply_add<32, chains_of_16_registers>(iterations, factor, summand);
}

void triad_avx2(float* a, const float* b, const float* c, std::int64_t length, float factor) {
    triad<32>(a, b, c, length, factor);
}

}  // namespace gravbench::yardstick
