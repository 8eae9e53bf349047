#include "plan/launch_shape.h"

#include <fmt/format.h>

namespace gravbench::plan {

std::string describe(const BlockLength& length) {
    return length.iterations
               ? fmt::format("{} inferences", *length.iterations)
               : fmt::format("{:g} ms", std::chrono::duration<double, std::milli>(length.duration).count());
}

std::string describe(const LaunchShape& shape) {
    return fmt::format("{} blocks of {}", shape.blocks, describe(shape.block));
}

}  // namespace gravbench::plan
