#pragma once

#include <string>
#include <vector>

namespace gravbench::engine {

/// The extensions that decide which kernels oneDNN and ACL choose, by the kernel's names, as this process sees them:
/// under emulation those of the emulated CPU.
std::vector<std::string> cpu_features();

}  // namespace gravbench::engine
