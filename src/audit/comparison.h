#pragma once

#include <string>
#include <vector>

#include "audit/audit.h"

namespace gravbench::audit {

/// One piece of work, as a primitive and its problem, in two audits. Calls and times are those of one inference.
struct Change {
    std::string primitive;
    std::string problem;
    std::string before;  ///< "f32 jit:avx512_core"; several are joined by " + "; empty where it was not done in oneDNN
    std::string after;
    double calls_before = 0;
    double calls_after = 0;
    double ms_before = 0;
    double ms_after = 0;

    /// Another kernel, or another number of calls: more than a difference of time.
    bool is_other_kernel() const { return before != after || calls_before != calls_after; }
};

/// All the work of both, the largest difference of time first.
std::vector<Change> compare(const Audit& before, const Audit& after);

/// Whether both ran the same kernels, each as often.
bool has_same_kernels(const Audit& before, const Audit& after);

/// What ran more and less often in `after`, the longest first: "48 matmul bf16 gemm:acl less, 48 matmul f32 gemm:ref
/// more". Empty where nothing did.
std::string describe_difference(const Audit& before, const Audit& after, std::size_t most = 4);

}  // namespace gravbench::audit
