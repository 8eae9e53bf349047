#include "machine/topology.h"

#include <map>
#include <utility>

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

/// For hosts that hide /sys: x86 has "physical id" and "core id" in /proc/cpuinfo.
std::vector<int> siblings_by_cpuinfo(int cpu, const std::vector<CpuRecord>& cpuinfo) {
    std::map<std::string, std::vector<int>> cpus_of_core;
    std::string own_core;
    for (const CpuRecord& record : cpuinfo) {
        const auto number = parse_cpu_list(value_of(record, "processor"));
        if (!number.empty() && !value_of(record, "core id").empty()) {
            const std::string core = value_of(record, "physical id") + "/" + value_of(record, "core id");
            cpus_of_core[core].push_back(number.front());
            own_core = number.front() == cpu ? core : own_core;
        }
    }
    return own_core.empty() ? std::vector<int>{} : cpus_of_core[own_core];
}

/// 0 where the kernel does not tell: then all are of one.
int package_of(int cpu, const fs::path& root) {
    const auto package = leading_integer(first_line_of(cpu_folder(root, cpu) / "topology/physical_package_id"));
    return package && *package > 0 && *package < (1 << 16) ? static_cast<int>(*package) : 0;
}

/// Arm's kernels say it of unlike cores, x86's leave it to the highest frequency.
std::int64_t capacity_of(int cpu, const fs::path& root) {
    const fs::path folder = cpu_folder(root, cpu);
    const auto capacity = leading_integer(first_line_of(folder / "cpu_capacity"));
    return capacity ? *capacity : leading_integer(first_line_of(folder / "cpufreq/cpuinfo_max_freq")).value_or(0);
}

}  // namespace

std::vector<int> siblings_of(int cpu, const fs::path& root, const std::vector<CpuRecord>& cpuinfo) {
    const auto listed = parse_cpu_list(first_line_of(cpu_folder(root, cpu) / "topology/thread_siblings_list"));
    return listed.empty() ? siblings_by_cpuinfo(cpu, cpuinfo) : listed;
}

std::vector<Core> usable_cores(const Self& self, const fs::path& root) {
    const std::vector<CpuRecord> cpuinfo = read_cpuinfo(root);
    std::map<std::pair<int, int>, Core> cores;
    for (const int cpu : self.usable_cpus) {
        const std::vector<int> siblings = siblings_of(cpu, root, cpuinfo);
        const int package = package_of(cpu, root);
        Core& core = cores[{package, siblings.empty() ? cpu : siblings.front()}];
        core.package = package;
        core.capacity = capacity_of(cpu, root);
        core.cpus.push_back(cpu);
    }
    std::vector<Core> sorted;
    for (auto& [place, core] : cores) {
        sorted.push_back(std::move(core));
    }
    return sorted;
}

}  // namespace gravbench::machine
