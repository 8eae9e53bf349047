#include "yardstick/loops.h"
#include "yardstick/vector_loops.h"

namespace gravbench::yardstick {

float multiply_add_avx512(std::int64_t iterations, float factor, float summand) {
    return multiply_add<64, chains>(iterations, factor, summand);
}

void triad_avx512(float* a, const float* b, const float* c, std::int64_t length, float factor) {
    triad<64>(a, b, c, length, factor);
}

}  // namespace gravbench::yardstick
