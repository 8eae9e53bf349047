#pragma once

#include <arm_sve.h>

#include <cstdint>

namespace gravbench::yardstick {

/// As sum_of_chains() of vector_loops.h. The size of SVE's vectors is not known here, so that there can be no array of
/// them: each chain has a name.
template <typename Step>
float sum_of_sve_chains(std::int64_t iterations, Step step) {
    const svbool_t every = svptrue_b32();
    svfloat32_t s0 = svdup_f32(0);
    svfloat32_t s1 = svdup_f32(1);
    svfloat32_t s2 = svdup_f32(2);
    svfloat32_t s3 = svdup_f32(3);
    svfloat32_t s4 = svdup_f32(4);
    svfloat32_t s5 = svdup_f32(5);
    svfloat32_t s6 = svdup_f32(6);
    svfloat32_t s7 = svdup_f32(7);
    svfloat32_t s8 = svdup_f32(8);
    svfloat32_t s9 = svdup_f32(9);
    svfloat32_t s10 = svdup_f32(10);
    svfloat32_t s11 = svdup_f32(11);
    svfloat32_t s12 = svdup_f32(12);
    svfloat32_t s13 = svdup_f32(13);
    svfloat32_t s14 = svdup_f32(14);
    svfloat32_t s15 = svdup_f32(15);
    for (std::int64_t left = iterations; left > 0; --left) {
        s0 = step(s0);
        s1 = step(s1);
        s2 = step(s2);
        s3 = step(s3);
        s4 = step(s4);
        s5 = step(s5);
        s6 = step(s6);
        s7 = step(s7);
        s8 = step(s8);
        s9 = step(s9);
        s10 = step(s10);
        s11 = step(s11);
        s12 = step(s12);
        s13 = step(s13);
        s14 = step(s14);
        s15 = step(s15);
    }
    const svfloat32_t q0 = svadd_x(every, svadd_x(every, s0, s1), svadd_x(every, s2, s3));
    const svfloat32_t q1 = svadd_x(every, svadd_x(every, s4, s5), svadd_x(every, s6, s7));
    const svfloat32_t q2 = svadd_x(every, svadd_x(every, s8, s9), svadd_x(every, s10, s11));
    const svfloat32_t q3 = svadd_x(every, svadd_x(every, s12, s13), svadd_x(every, s14, s15));
    return svaddv(every, svadd_x(every, svadd_x(every, q0, q1), svadd_x(every, q2, q3)));
}

}  // namespace gravbench::yardstick
