#pragma once

#include <optional>
#include <vector>

#include "yardstick/loops.h"

namespace gravbench::yardstick {

/// A loop of arithmetic, for CPUs that have its instruction set.
struct Arithmetic {
    const char* instruction_set;  ///< by the kernel's name: "avx2", "sve"
    float (*run)(std::int64_t iterations, float factor, float summand);
    double flop;   ///< of one thread in one iteration
    int chains;    ///< independent ones, each of `lanes`
    int lanes;     ///< sums in a chain
    int products;  ///< that an iteration adds to each sum; 0 where it multiplies the sum itself and adds to it
    bool is_supported;
};

struct TriadLoop {
    const char* instruction_set;
    Triad run;
    bool is_supported;
};

/// All of this build's architecture, the widest first. The last one of f32 and of the triad runs on every such CPU.
std::vector<Arithmetic> f32_loops();
std::vector<Arithmetic> bf16_loops();
std::vector<TriadLoop> triad_loops();

/// The first one that this CPU has; nothing where it has none.
template <typename Loop>
std::optional<Loop> widest(const std::vector<Loop>& loops) {
    for (const Loop& loop : loops) {
        if (loop.is_supported) {
            return loop;
        }
    }
    return std::nullopt;
}

}  // namespace gravbench::yardstick
