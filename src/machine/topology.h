#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "machine/host_files.h"
#include "machine/machine.h"

namespace gravbench::machine {

/// The CPUs of a CPU's core; empty where the kernel does not tell. All CPUs of one core share the list, so it names the
/// core too.
std::vector<int> siblings_of(int cpu, const std::filesystem::path& root, const std::vector<CpuRecord>& cpuinfo);

/// A physical core, with those of its CPUs that may be used.
struct Core {
    int package = 0;
    std::vector<int> cpus;
    /// How fast it can be, in units of the kernel's that are the same for all cores; 0 is not known.
    std::int64_t capacity = 0;
};

/// By package, and by the number of their first CPU. A CPU of which the kernel tells nothing is a core of its own.
/// Reads /sys and /proc below `root`.
std::vector<Core> usable_cores(const Self& self = read_self(), const std::filesystem::path& root = "/");

}  // namespace gravbench::machine
