#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace gravbench::plan {

/// How long a block is.
struct BlockLength {
    /// Inferences; if unset, it lasts `duration` and has at least `least_iterations`.
    std::optional<std::int64_t> iterations;
    std::chrono::nanoseconds duration = std::chrono::milliseconds(500);
    std::int64_t least_iterations = 3;

    bool operator==(const BlockLength&) const = default;
};

/// What a launch measures.
struct LaunchShape {
    int blocks = 2;  ///< between which the other cells have theirs
    BlockLength block;
    /// The launches by which the run chose it; 0 where it is as flags or defaults have it.
    int chosen_by = 0;

    bool operator==(const LaunchShape&) const = default;
};

/// "50 ms", "3 inferences"
std::string describe(const BlockLength& length);
/// "8 blocks of 50 ms", "2 blocks of 3 inferences"
std::string describe(const LaunchShape& shape);

}  // namespace gravbench::plan
