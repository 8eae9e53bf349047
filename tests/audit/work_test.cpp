#include "audit/work.h"

#include "catch.h"

using namespace gravbench::audit;

namespace {

double bytes(const char* primitive, const char* problem, const char* source, const char* weights,
             const char* destination) {
    Kernel kernel;
    kernel.primitive = primitive;
    kernel.problem = problem;
    kernel.source_type = source;
    kernel.weights_type = weights;
    kernel.destination_type = destination;
    return bytes_moved(kernel).value_or(-1);
}

}  // namespace

TEST_CASE("bytes are those of each tensor once, by its type") {
    CHECK(bytes("convolution", "mb1_ic3oc64_ih224oh112kh7sh2dh0ph3_iw224ow112kw7sw2dw0pw3", "f32", "f32", "f32") ==
          4.0 * (3 * 224 * 224 + 64 * 3 * 49 + 64 * 112 * 112));
    CHECK(bytes("convolution", "mb2_g32ic32oc32_ih8oh8kh3_iw8ow8kw3", "bf16", "bf16", "bf16") ==
          2.0 * (2 * 32 * 64 + 32 * 9 + 2 * 32 * 64));
    CHECK(bytes("deconvolution", "mb1_ic16oc8_ih5oh10kh2_iw5ow10kw2", "f32", "f32", "f32") ==
          4.0 * (16 * 25 + 16 * 8 * 4 + 8 * 100));
    CHECK(bytes("inner_product", "mb4ic2048oc1000", "f32", "bf16", "f32") ==
          4.0 * 4 * 2048 + 2.0 * 2048 * 1000 + 4.0 * 4 * 1000);
    CHECK(bytes("matmul", "12x128x64:12x64x128", "f32", "f32", "f32") == 4.0 * 12 * (2 * 128 * 64 + 128 * 128));
    CHECK(bytes("matmul", "4x12x128x64:1x12x64x128", "u8", "s8", "s32") ==
          48.0 * 128 * 64 + 12.0 * 64 * 128 + 4.0 * 48 * 128 * 128);
    CHECK(bytes("reorder", "64x64x3x3", "f32", "", "bf16") == 6.0 * 64 * 64 * 9);
    CHECK(bytes("eltwise", "1x128x3072", "f32", "", "f32") == 8.0 * 128 * 3072);
    CHECK(bytes("pooling", "mb1ic64_ih112oh56kh3sh2dh0ph1_iw112ow56kw3sw2dw0pw1", "bf16", "", "bf16") ==
          2.0 * 64 * (112 * 112 + 56 * 56));
    CHECK(bytes("binary", "1x64x56x56:1x64x1x1", "f32", "f32", "f32") == 4.0 * (2 * 64 * 56 * 56 + 64));
}

TEST_CASE("bytes that cannot be known are not guessed") {
    CHECK(bytes("matmul", "128x*:768x4", "f32", "f32", "f32") == -1);
    CHECK(bytes("matmul", "128x768:768x4", "f32", "", "f32") == -1);
    CHECK(bytes("matmul", "128x768:768x4", "f4_e2m1", "f32", "f32") == -1);
    CHECK(bytes("convolution", "mb1", "f32", "f32", "f32") == -1);
    CHECK(bytes("binary", "1x64", "f32", "f32", "f32") == -1);
    CHECK(bytes("eltwise", "", "f32", "", "f32") == -1);
    CHECK(bytes("partition", "a b c", "f32", "f32", "f32") == -1);
}
