#pragma once

#include <fmt/format.h>

#include <string>

namespace gravbench::audit {

/// Lines as oneDNN 3.12 prints them, with only what a test is about.
struct Line {
    std::string operation = "exec";
    std::string primitive = "convolution";
    std::string implementation = "jit:avx512_core";
    std::string memory = "src:f32::blocked:abcd::f0 wei:f32::blocked:abcd::f0 dst:f32::blocked:abcd::f0";
    std::string attributes = "attr-scratchpad:user";
    std::string problem = "mb1_ic3oc64_ih224oh112kh7sh2dh0ph3_iw224ow112kw7sw2dw0pw3";
    double time_ms = 1;

    std::string text() const {
        return fmt::format("onednn_verbose,v1,primitive,{},cpu,{},{},undef,{},{},,{},{}\n", operation, primitive,
                           implementation, memory, attributes, problem, time_ms);
    }
};

/// "src:f32... wei:bf16..."
inline std::string memory(const std::string& source, const std::string& weights,
                          const std::string& destination = "f32") {
    return fmt::format("src:{}::blocked:ab::f0 wei:{}::blocked:ab::f0 dst:{}::blocked:ab::f0", source, weights,
                       destination);
}

inline const std::string header =
    "onednn_verbose,v1,info,oneDNN v3.12.0 (commit 80afa71049cd69a3df32adcccb623b12cd7baa22)\n"
    "onednn_verbose,v1,info,cpu,runtime:OpenMP,nthr:2\n"
    "onednn_verbose,v1,info,cpu,isa:Intel AVX-512 with Intel DL Boost and bfloat16 support\n";

}  // namespace gravbench::audit
