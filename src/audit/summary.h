#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"

namespace gravbench::audit {

/// A part of an inference's time in oneDNN.
struct Part {
    std::string name;
    double calls = 0;  ///< for one inference
    double ms = 0;     ///< for one inference
};

/// The steady kernels put together by what `name_of` says of them, the longest first; those of which it says nothing
/// are left out.
std::vector<Part> parts(const Audit& audit, const std::function<std::string(const Kernel&)>& name_of);

/// What an audit comes to. Times and counts are those of one steady inference, unless they say otherwise.
struct Summary {
    double onednn_ms = 0;
    std::vector<Part> families;
    double compute_calls = 0;  ///< convolutions, matmuls and their like
    double compute_ms = 0;
    /// Shares of compute_ms; nothing where no compute kernel ran in oneDNN, and of precisions where the log hides them.
    std::optional<double> bf16_share;
    std::optional<double> f16_share;
    std::optional<double> acl_share;
    std::optional<double> bf16_calls;  ///< nothing where the log hides them
    std::optional<double> flops;       ///< nothing where no descriptor could be read
    double reorders = 0;
    double reorder_ms = 0;
    double reference_calls = 0;
    /// Creations in the whole launch, and after warm-up: those that oneDNN's primitive cache had no answer to, those
    /// that it had one to, and their time.
    int created = 0;
    int found = 0;
    double create_ms = 0;
    double steady_created = 0;
    double steady_found = 0;
    double steady_create_ms = 0;
};

Summary summarise(const Audit& audit);

/// "oneDNN 2.7.3 does not show in which precision Arm Compute Library multiplied: 12 matmul f32 gemm:acl"; empty where
/// the log hides none.
std::string hidden_precision(const Audit& audit);

/// "convolution f32 jit:avx512_core", as sentences name a kernel: primitive, type of the weights (else of the source),
/// implementation.
std::string short_name(const Kernel& kernel);

/// "49 convolution bf16 gemm:acl, 3 convolution f32 brgconv_1x1:sve_256": the longest kernels for which `is_meant`,
/// with their calls in one inference.
std::string list_kernels(const Audit& audit, const std::function<bool(const Kernel&)>& is_meant, std::size_t most = 4);

/// The document's "audit": the audit with its summary. `unprofiled_ms` is the cell's mean latency without a profile,
/// against which the share outside of oneDNN is taken; the audit's own where nothing is given.
Json describe(const Audit& audit, std::optional<double> unprofiled_ms, bool is_bf16_requested);

}  // namespace gravbench::audit
