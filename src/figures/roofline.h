#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "machine/machine.h"
#include "machine/yardstick.h"

/// How near an inference comes to what the machine itself can do (Williams, Waterman and Patterson, "Roofline: an
/// insightful visual performance model", Communications of the ACM 2009).
namespace gravbench::figures {

/// A part of the memory system: what fits into it moves at that rate.
struct MemoryLevel {
    double bytes = 0;
    double gb_per_s = 0;
};

/// What the machine did at its best, with as many threads as a cell has.
struct Peaks {
    int threads = 0;
    double f32_gflops = 0;
    double bf16_gflops = 0;  ///< 0 where the CPU has none, or it is not known
    bool is_of_amx = false;  ///< the peak of bf16
    /// Caches, the smallest first, then memory, which holds everything. Empty where the machine does not say how large
    /// its caches are: what stays in one would be held against a slower rate.
    std::vector<MemoryLevel> levels;
};
/// `bf16_loop` is the instruction set that the reading of bf16 was made with.
Peaks peaks_of(const machine::YardstickReading& best, const std::string& bf16_loop, const machine::Machine& machine);

/// The peak of the type that a library's matmul computed in; 0 where it is not known. AMX computes in bf16, and f32
/// that came out faster than f32 can be was computed in bf16 too.
double raw_peak_of(const machine::PracticalPeak& practical, const Peaks& peaks);

/// The least time that one execution of a kernel could take.
struct KernelLimit {
    double arithmetic_ms = 0;
    double memory_ms = 0;  ///< each tensor once, in the smallest cache that could hold them all
    double ms() const;
    bool is_memory_bound() const;
};

/// Nothing for a kernel of which neither operations nor bytes are known, or whose type's peak is not (f16, int8, and
/// AMX where the reading is not of it).
/// A reorder has a limit of 0: nobody asked for it.
std::optional<KernelLimit> limit_of(const audit::Kernel& kernel, const Peaks& peaks);

/// The limit that a kernel's time is shown against: nothing without peaks, for a reorder, or beyond all numbers, as a
/// damaged document's problems may have it.
std::optional<KernelLimit> limit_to_show(const audit::Kernel& kernel, const std::optional<Peaks>& peaks);

/// What one inference could take at best.
struct Roofline {
    double flops = 0;            ///< of the model, those outside oneDNN too where another audit knows of them
    double arithmetic_ms = 0;    ///< its operations at the peaks of their types
    double limit_ms = 0;         ///< the sum of the kernels' limits
    double memory_bound_ms = 0;  ///< of it, by kernels that memory bounds
    bool is_memory_bound() const { return memory_bound_ms > limit_ms / 2; }
};

/// `model_flops` are those of an inference, by whichever audit of the model counted most. What this audit does not have
/// of them ran elsewhere, and is taken at the peak of f32; nothing where it may have been another type's: beside
/// kernels in bf16, or in a graph partition. Nothing without operations, or where a kernel's peak is not known.
std::optional<Roofline> roofline_of(const audit::Audit& audit, const Peaks& peaks, double model_flops);

}  // namespace gravbench::figures
