#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace gravbench::machine {

struct Cache {
    int level = 0;
    std::string type;  ///< "Data", "Instruction" or "Unified"
    std::int64_t size_bytes = 0;
    int shared_by = 1;  ///< CPUs
};

/// The host as its kernel describes it. What is not known is empty, zero or nothing: a container may hide any of it.
struct Machine {
    std::optional<std::string> instance_type;  ///< on EC2
    std::string arch;
    std::string cpu;
    int vcpus = 0;           ///< online CPUs
    int usable_cpus = 0;     ///< those on which this process may run
    int physical_cores = 0;  ///< cores that usable CPUs belong to
    int threads_per_core = 1;
    std::vector<std::string> isa;  ///< the extensions that matter for inference
    std::vector<Cache> caches;     ///< of the first CPU
    std::int64_t memory_bytes = 0;
    std::string kernel;
    std::string thp;
    std::string governor;
    std::optional<double> cpu_quota;  ///< CPUs' worth of time that the cgroup allows
};

/// What no file tells: from uname and sched_getaffinity.
struct Self {
    std::string arch;
    std::string kernel;
    std::vector<int> usable_cpus;
};
Self read_self();

/// Reads /proc and /sys below `root`. Never throws for what is missing or malformed.
Machine read_machine(const Self& self = read_self(), const std::filesystem::path& root = "/");

/// The members of the results document's "machine", but for "emulated" and "hourly_price".
Json to_json(const Machine& machine);

/// How many processes the kernel has killed for lack of memory so far, on the machine and in this cgroup: if it grew while an engine
/// lived, that is why the engine died.
std::int64_t out_of_memory_kills(const std::filesystem::path& root = "/");

}  // namespace gravbench::machine
