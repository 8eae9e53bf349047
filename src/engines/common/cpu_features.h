#pragma once

#include <set>
#include <string>
#include <vector>

namespace gravbench::engine {

/// The extensions that decide which kernels oneDNN and ACL choose, by the kernel's names, as this process sees them:
/// under emulation those of the emulated CPU.
std::vector<std::string> cpu_features();

/// All that Linux says of this CPU's instructions: the "flags" of /proc/cpuinfo on x86, its "Features" on Arm, and
/// there how long vectors of SVE are ("sve-bits=256").
std::set<std::string> cpu_flags();

}  // namespace gravbench::engine
