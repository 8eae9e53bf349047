#pragma once

#include <string>
#include <vector>

#include "audit/verbose_log.h"

namespace gravbench::audit {

/// What a kernel is, by the names that the log gives it: what tells one row of an audit from another.
struct Kernel {
    std::string primitive;
    std::string implementation;
    std::string source_type;
    std::string weights_type;
    std::string destination_type;
    std::string layouts;  ///< "acdb AcdB8a4b acdb": of source, weights and destination
    std::string problem;
    std::string algorithm;   ///< "convolution_direct"
    std::string attributes;  ///< without the scratchpad's, which say nothing of the work
    /// Whether the log hides in which precision it multiplied; see hides_precision().
    bool is_precision_hidden = false;

    bool operator==(const Kernel&) const = default;
};

Kernel kernel_of(const Event& event);

/// Whether it multiplies matrices: convolutions, matmuls and their like, where the time of a network should go.
bool is_compute(const Kernel& kernel);

/// "acl", "brgemm", "jit:avx512_core" (by instruction set), "ref", "reorder", "graph", or "other". A reorder belongs to
/// "reorder" and a graph partition to "graph", whatever implements them.
std::string family_of(const Kernel& kernel);

/// oneDNN's reference code, written for clarity and slow: "ref:any", "gemm:ref". "simple:any" is no such thing.
bool is_reference(const Kernel& kernel);

/// Whether a compute kernel really multiplied in BF16. The evidence is the type of its weights or source, or an AMX
/// kernel with f32 operands, since AMX cannot multiply those as they are (docs/facts.md). attr-fpmath:bf16 is none: it
/// is printed where it has no effect too.
bool is_bf16(const Kernel& kernel);

/// The same of f16 (AMX with fp16, or f16 weights or source).
bool is_f16(const Kernel& kernel);

/// Whether a log of this version of oneDNN hides in which precision the kernel multiplied: under fpmath oneDNN 2.x lets
/// Arm Compute Library convert f32 to BF16 inside of its kernel, and prints f32 (docs/facts.md).
bool hides_precision(const std::string& onednn, const Kernel& kernel);

}  // namespace gravbench::audit
