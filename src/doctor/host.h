#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "machine/machine.h"

namespace gravbench::doctor {

/// What the doctor asks a host beyond what every results document says of it. Unknown is empty or nothing.
struct Host {
    /// The running kernel's architecture, which QEMU's user mode passes through (since Linux 6.1).
    std::string kernel_arch;
    bool shows_cpus = false;  ///< /sys has a folder for CPU 0
    /// Whether that folder has MIDR_EL1, as on every arm64 kernel since 4.7.
    bool shows_midr = false;
    bool is_virtual = false;  ///< x86's "hypervisor" flag; Arm has none

    std::vector<int> usable_cpus;
    std::vector<int> online_cpus;
    std::vector<int> cpuset_cpus;
    std::vector<int> numa_nodes;  ///< those that a usable CPU belongs to

    std::string clock_source;
    std::vector<std::string> clock_sources;
    std::optional<bool> has_turbo;
    std::string turbo_off;  ///< the command that switches turbo off

    std::optional<std::int64_t> available_bytes;
    std::optional<std::int64_t> memory_limit_bytes;  ///< of the cgroup
    std::optional<std::int64_t> swap_used_bytes;
    std::string load_average;
};

Host read_host(const machine::Self& self, const std::filesystem::path& root = "/");

}  // namespace gravbench::doctor
