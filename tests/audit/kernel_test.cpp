#include "audit/kernel.h"

#include "audit/log_builder.h"
#include "audit/work.h"
#include "catch.h"

using namespace gravbench::audit;

namespace {

Kernel kernel(const std::string& primitive, const std::string& implementation, const std::string& source = "f32",
              const std::string& weights = "f32", const std::string& problem = "") {
    Kernel result;
    result.primitive = primitive;
    result.implementation = implementation;
    result.source_type = source;
    result.weights_type = weights;
    result.problem = problem;
    return result;
}

}  // namespace

TEST_CASE("families are told by the implementation's name") {
    CHECK(family_of(kernel("matmul", "gemm:acl")) == "acl");
    CHECK(family_of(kernel("convolution", "indirect_gemm:acl")) == "acl");
    CHECK(family_of(kernel("convolution", "jit:avx512_core")) == "jit:avx512_core");
    CHECK(family_of(kernel("convolution", "jit_dw:sve_256")) == "jit:sve_256");
    CHECK(family_of(kernel("convolution", "brgconv_1x1:sve_256")) == "brgemm");
    CHECK(family_of(kernel("matmul", "brg_matmul:avx512_core")) == "brgemm");
    CHECK(family_of(kernel("matmul", "gemm:ref")) == "ref");
    CHECK(family_of(kernel("binary", "ref:any")) == "ref");
    CHECK(family_of(kernel("concat", "simple:any")) == "other");
    CHECK(family_of(kernel("reorder", "jit:uni")) == "reorder");
    CHECK(family_of(kernel("partition", "graph:matmul_post_ops")) == "graph");
}

TEST_CASE("reference code is told from simple code") {
    CHECK(is_reference(kernel("binary", "ref:any")));
    CHECK(is_reference(kernel("matmul", "gemm:ref")));
    CHECK(is_reference(kernel("reorder", "ref:any")));
    CHECK(!is_reference(kernel("concat", "simple:any")));
    CHECK(!is_reference(kernel("matmul", "brg_matmul:avx2_preferred")));
}

TEST_CASE("bf16 is shown by the operands' types or by AMX, never by the fpmath attribute") {
    Kernel hoped_for = kernel("convolution", "jit:avx512_core");
    hoped_for.attributes = "attr-fpmath:bf16";
    CHECK(!is_bf16(hoped_for));
    CHECK(is_bf16(kernel("convolution", "gemm:acl", "f32", "bf16")));
    CHECK(is_bf16(kernel("matmul", "brg_matmul:avx512_core_bf16", "bf16", "bf16")));
    CHECK(is_bf16(kernel("convolution", "brg_conv_fwd:avx10_1_512_amx")));
    CHECK(!is_bf16(kernel("convolution", "brg_conv_fwd:avx10_1_512_amx", "u8", "s8")));
    CHECK(!is_bf16(kernel("convolution", "brg_conv_fwd:avx10_1_512_amx_fp16")));
    CHECK(is_f16(kernel("convolution", "brg_conv_fwd:avx10_1_512_amx_fp16")));
    CHECK(!is_bf16(kernel("reorder", "jit:uni", "f32", "bf16")));
}

TEST_CASE("floating-point operations follow from the problem") {
    const auto flops = [](const char* primitive, const char* problem) {
        return floating_point_operations(kernel(primitive, "", "", "", problem)).value_or(-1);
    };
    // 64 x 3 x 7 x 7 weights at 112 x 112 places.
    CHECK(flops("convolution", "mb1_ic3oc64_ih224oh112kh7sh2dh0ph3_iw224ow112kw7sw2dw0pw3") ==
          2.0 * 64 * 3 * 49 * 112 * 112);
    CHECK(flops("convolution", "mb2_g32ic32oc32_ih8oh8kh3_iw8ow8kw3") == 2.0 * 2 * 32 * 9 * 64);
    CHECK(flops("convolution", "mb1_ic16oc8_iw100ow98kw3") == 2.0 * 16 * 8 * 98 * 3);
    CHECK(flops("deconvolution", "mb1_ic16oc8_ih5oh10kh2_iw5ow10kw2") == 2.0 * 16 * 8 * 25 * 4);
    CHECK(flops("inner_product", "mb4ic2048oc1000") == 2.0 * 4 * 2048 * 1000);
    CHECK(flops("matmul", "128x768:768x3072") == 2.0 * 128 * 768 * 3072);
    CHECK(flops("matmul", "12x128x64:12x64x128:12x128x128") == 2.0 * 12 * 128 * 64 * 128);
    CHECK(flops("matmul", "4x12x128x64:1x12x64x128") == 2.0 * 48 * 128 * 64 * 128);
    for (const char* unreadable : {"", "128", "128x768", "128x768:", "128x*:768x4", "x:x", "1x2:3", "mb1"}) {
        INFO(unreadable);
        CHECK(flops("matmul", unreadable) == -1);
        CHECK(flops("convolution", unreadable) == -1);
    }
    CHECK(flops("reorder", "128x768") == -1);
}

TEST_CASE("a kernel keeps what its line says of types, layouts and attributes") {
    LogReader reader;
    Line line;
    line.memory =
        "src:f32:a:blocked:acdb::f0 wei:bf16:ap:blocked:AcdB8a4b::f0 bia:undef::undef::: dst:f32:a:blocked:acdb::f0";
    line.attributes = "attr-scratchpad:user attr-fpmath:bf16 attr-post-ops:eltwise_relu";
    const Kernel seen = kernel_of(reader.read(line.text()).events.at(0));
    CHECK(seen.source_type == "f32");
    CHECK(seen.weights_type == "bf16");
    CHECK(seen.destination_type == "f32");
    CHECK(seen.layouts == "acdb AcdB8a4b acdb");
    CHECK(seen.attributes == "attr-fpmath:bf16 attr-post-ops:eltwise_relu");
}
