#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/checked_json.h"
#include "base/json.h"

namespace gravbench::machine {

/// Of what a document says.
inline constexpr checked::Range cpu_numbers{0, 65535};

struct Cache {
    int level = 0;
    std::string type;  ///< "Data", "Instruction" or "Unified"
    std::int64_t size_bytes = 0;
    int shared_by = 0;  ///< CPUs
};

/// The host as its kernel describes it. What is not known is empty, zero or nothing: a container may hide any of it.
struct Machine {
    /// Tells machines of one type apart: 16 hexadecimal digits of a hash of /etc/machine-id, which it does not give
    /// away.
    std::optional<std::string> id;
    std::optional<std::string> instance_type;  ///< on EC2, "c7g.xlarge"
    std::string arch;
    std::string cpu;         ///< "Neoverse V1 (Graviton3)"; unlike cores are joined by " + "
    int vcpus = 0;           ///< online CPUs
    int usable_cpus = 0;     ///< those on which this process may run
    int physical_cores = 0;  ///< cores that usable CPUs belong to
    int threads_per_core = 0;
    std::vector<std::string> isa;  ///< the extensions that matter for inference, by the kernel's names
    std::vector<Cache> caches;     ///< of the first usable CPU
    std::int64_t memory_bytes = 0;
    std::string kernel;
    std::string thp;
    std::string governor;
    std::optional<double> cpu_quota;  ///< CPUs' worth of time that the cgroup allows
};

/// The cache for data of that level, the last-level one for 3; nullptr where the kernel hides it.
const Cache* cache_of(const Machine& machine, int level);

/// Of all caches like that one which this many CPUs have.
std::int64_t bytes_of_all(const Cache& cache, int cpus);

/// What no file tells: from uname and sched_getaffinity.
struct Self {
    std::string arch;
    std::string kernel;
    std::vector<int> usable_cpus;
};
Self read_self();

/// Reads /proc and /sys below `root`. Never throws for what is missing or malformed.
Machine read_machine(const Self& self = read_self(), const std::filesystem::path& root = "/");

/// The members of the results document's "machine", but for "emulated" and "hourly_price". Null where unknown.
Json to_json(const Machine& machine);
/// The same back; what is null or missing is not known. Throws DataError that names the member and its place, which
/// starts with `where`.
Machine machine_from(const Json& json, const std::string& where);

/// One line that is the same for machines on which runs may be expected to differ alike: instance type, CPU, how many
/// of them, caches, quota, kernel. What an unlike moment may read otherwise (memory, governor) is not in it.
std::string kind_of(const Machine& machine);

/// What new processes can take without swapping, as the kernel estimates it (MemAvailable); 0 where it does not say.
std::int64_t available_memory_bytes(const std::filesystem::path& root = "/");

/// What `threads: cores` stands for: the physical cores that may be used, but not more than the whole CPUs of a quota,
/// since a thread that is out of quota keeps all others waiting at OpenMP's next barrier. Where the topology is hidden
/// every usable CPU counts as a core. At least 1.
int usable_physical_cores(const Machine& machine);

/// Whether an engine that says of itself `engine_arch` and `engine_cpu` runs on this machine's own CPU. If not it is
/// emulated, and its times mean nothing. False only on proof, since a false alarm would condemn good figures:
/// - the architectures are known and differ (arm64 is aarch64, amd64 is x86_64, i686 runs natively on x86_64), or
/// - both CPUs are named as Arm designs ("Neoverse-V1" is "Neoverse V1 (Graviton3)"), and none is common, or
/// - both are x86 brand strings and, trademarks and clock speeds aside, each has a word that the other lacks.
bool is_same_cpu(const std::string& engine_arch, const std::string& engine_cpu, const Machine& machine);

/// How many processes the kernel has killed for lack of memory so far, on the machine and in this cgroup: if it grew
/// while an engine lived, that is why the engine died. Only growth means something: a kill in this cgroup counts twice,
/// and one anywhere else on the machine counts too.
std::int64_t out_of_memory_kills(const std::filesystem::path& root = "/");

}  // namespace gravbench::machine
