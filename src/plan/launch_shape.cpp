#include "plan/launch_shape.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "base/text.h"

namespace gravbench::plan {

std::string describe(const BlockLength& length) {
    if (length.iterations) {
        return counted(*length.iterations, "inference");
    }
    constexpr std::chrono::nanoseconds long_time = std::chrono::seconds(10);
    return length.duration >= long_time
               ? describe_duration(length.duration)
               : fmt::format("{:g} ms", std::chrono::duration<double, std::milli>(length.duration).count());
}

std::string describe(const LaunchShape& shape) {
    return fmt::format("{} of {}", counted(shape.blocks, "block"), describe(shape.block));
}

}  // namespace gravbench::plan
