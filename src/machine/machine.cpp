#include "machine/machine.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "base/arm_core.h"
#include "base/files.h"
#include "machine/cgroup.h"
#include "machine/host_files.h"
#include "machine/topology.h"

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

/// A cpu_set_t holds 1,024 CPUs; on a larger machine the kernel refuses it, so it grows until it is accepted.
std::vector<int> affinity() {
    std::vector<int> cpus;
    for (int size = CPU_SETSIZE; size <= 65536; size *= 2) {
        const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(size), [](cpu_set_t* p) { CPU_FREE(p); });
        const std::size_t bytes = CPU_ALLOC_SIZE(size);
        if (set != nullptr && ::sched_getaffinity(0, bytes, set.get()) == 0) {
            for (int cpu = 0; cpu < size; ++cpu) {
                if (CPU_ISSET_S(cpu, bytes, set.get())) {
                    cpus.push_back(cpu);
                }
            }
            return cpus;
        }
        if (errno != EINVAL) {
            return cpus;
        }
    }
    return cpus;
}

/// Nitro puts the instance type where other machines have their product's name.
bool is_ec2(const fs::path& root) {
    return first_line_of(root / "sys/devices/virtual/dmi/id/sys_vendor") == "Amazon EC2";
}

std::optional<std::string> read_instance_type(const fs::path& root) {
    const std::string product = first_line_of(root / "sys/devices/virtual/dmi/id/product_name");
    const bool is_type = product.find('.') != std::string::npos && product.find(' ') == std::string::npos;
    return is_ec2(root) && is_type ? std::optional(product) : std::nullopt;
}

/// machine-id(5) asks that it is not shown as it is. Images of some containers have an empty one, or none.
std::optional<std::string> read_id(const fs::path& root) {
    const std::string text = first_line_of(root / "etc/machine-id");
    const bool is_id = text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    constexpr std::size_t digits = 16;
    return is_id ? std::optional(sha256_of_text("gravbench machine " + text).substr(0, digits)) : std::nullopt;
}

/// The processor that AWS makes of an Arm core; elsewhere the same core is something else.
std::string on_ec2(const std::string& core) {
    static const std::map<std::string, std::string> processors{{"Cortex-A72", "Graviton"},
                                                               {"Neoverse N1", "Graviton2"},
                                                               {"Neoverse V1", "Graviton3"},  // and 3E, the same core
                                                               {"Neoverse V2", "Graviton4"},
                                                               {"Neoverse V3", "Graviton5"}};
    const auto found = processors.find(core);
    return found == processors.end() ? core : fmt::format("{} ({})", core, found->second);
}

std::string cpu_name(const CpuRecord& record, bool is_on_ec2) {
    const auto number = [&](const char* key) {
        return static_cast<int>(leading_integer(value_of(record, key)).value_or(0) & 0xffff);
    };
    // Arm first: "model name" there is "ARMv8 Processor rev 1 (v8l)", if anything.
    const std::string core = arm_core_name(number("CPU implementer"), number("CPU part"));
    if (core.empty()) {
        return value_of(record, "model name");
    }
    return is_on_ec2 ? on_ec2(core) : core;
}

/// Cores of several kinds are joined by " + ".
std::string cpu_names(const std::vector<CpuRecord>& cpuinfo, bool is_on_ec2) {
    std::vector<std::string> names;
    for (const CpuRecord& record : cpuinfo) {
        const std::string name = cpu_name(record, is_on_ec2);
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
    return fmt::format("{}", fmt::join(names, " + "));
}

std::vector<std::string> inference_extensions(const std::vector<CpuRecord>& cpuinfo) {
    static const std::set<std::string> wanted{
        "avx2",     "fma",      "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni", "amx_tile",
        "amx_bf16", "amx_int8", "asimd",   "fphp",        "asimddp",     "asimdhp",     "asimdfhm", "sve",
        "sve2",     "bf16",     "i8mm",    "svebf16",     "svei8mm",     "sme",         "sme2"};
    std::vector<std::string> found;
    for (const CpuRecord& record : cpuinfo) {
        std::istringstream flags(value_of(record, "flags") + " " + value_of(record, "Features"));
        for (std::string flag; flags >> flag;) {
            if (wanted.count(flag) != 0) {
                found.push_back(flag);
            }
        }
        if (!found.empty()) {
            break;
        }
    }
    return found;
}

/// "32768K" in bytes; 0 where it is no size.
std::int64_t bytes_of(const std::string& size) {
    static const std::map<char, int> shifts{{'K', 10}, {'M', 20}, {'G', 30}};
    const auto number = leading_integer(size);
    if (!number || *number < 0 || *number >= (std::int64_t{1} << 32)) {
        return 0;
    }
    const auto shift = shifts.find(size.back());
    return shift == shifts.end() ? *number : *number << shift->second;
}

std::vector<Cache> read_caches(const fs::path& root, int cpu) {
    std::vector<Cache> caches;
    for (int index = 0; index < 16; ++index) {
        const fs::path folder = cpu_folder(root, cpu) / fmt::format("cache/index{}", index);
        const auto level = leading_integer(first_line_of(folder / "level"));
        if (level && *level > 0 && *level < 10) {
            const auto sharing = parse_cpu_list(first_line_of(folder / "shared_cpu_list"));
            caches.push_back({static_cast<int>(*level), first_line_of(folder / "type"),
                              bytes_of(first_line_of(folder / "size")), static_cast<int>(sharing.size())});
        }
    }
    return caches;
}

/// Leaves both at 0 where the core of any CPU is not known.
void read_cores(Machine& machine, const std::vector<int>& cpus, const fs::path& root,
                const std::vector<CpuRecord>& cpuinfo) {
    std::set<std::vector<int>> cores;
    std::size_t most_siblings = 0;
    for (const int cpu : cpus) {
        const std::vector<int> siblings = siblings_of(cpu, root, cpuinfo);
        if (siblings.empty()) {
            return;
        }
        cores.insert(siblings);
        most_siblings = std::max(most_siblings, siblings.size());
    }
    machine.physical_cores = static_cast<int>(cores.size());
    machine.threads_per_core = static_cast<int>(most_siblings);
}

std::vector<int> online_cpus(const fs::path& root, const std::vector<CpuRecord>& cpuinfo) {
    std::vector<int> online = parse_cpu_list(first_line_of(root / "sys/devices/system/cpu/online"));
    for (const CpuRecord& record : online.empty() ? cpuinfo : std::vector<CpuRecord>{}) {
        const auto number = parse_cpu_list(value_of(record, "processor"));
        online.insert(online.end(), number.begin(), number.end());
    }
    return online;
}

/// A line of /proc/meminfo in bytes; 0 where it is missing or absurd.
std::int64_t read_memory(const fs::path& root, const std::string& key) {
    for (const std::string& line : lines_of(root / "proc/meminfo")) {
        if (line.rfind(key, 0) == 0) {
            const std::int64_t kibibytes = leading_integer(line.substr(key.size())).value_or(0);
            return kibibytes > 0 && kibibytes < (std::int64_t{1} << 50) ? kibibytes << 10 : 0;
        }
    }
    return 0;
}

/// "always [madvise] never" -> "madvise".
std::string selected(const std::string& choices) {
    const auto open = choices.find('[');
    const auto close = choices.find(']', open);
    return close == std::string::npos ? "" : choices.substr(open + 1, close - open - 1);
}

}  // namespace

const Cache* cache_of(const Machine& machine, int level) {
    const Cache* found = nullptr;
    for (const Cache& cache : machine.caches) {
        const bool is_of_level = level == 3 ? cache.level >= 3 : cache.level == level;
        const bool is_of_data = cache.type != "Instruction" && cache.size_bytes > 0;
        if (is_of_level && is_of_data && (found == nullptr || cache.level > found->level)) {
            found = &cache;
        }
    }
    return found;
}

std::int64_t bytes_of_all(const Cache& cache, int cpus) {
    const int shared_by = std::max(cache.shared_by, 1);
    return cache.size_bytes * std::max((cpus + shared_by - 1) / shared_by, 1);
}

Self read_self() {
    Self self;
    utsname names{};
    if (::uname(&names) == 0) {
        self.arch = names.machine;
        self.kernel = names.release;
    }
    self.usable_cpus = affinity();
    return self;
}

Machine read_machine(const Self& self, const fs::path& root) {
    const std::vector<CpuRecord> cpuinfo = read_cpuinfo(root);
    const std::vector<int> online = online_cpus(root, cpuinfo);
    const std::vector<int>& usable = self.usable_cpus.empty() ? online : self.usable_cpus;
    const int first = usable.empty() ? 0 : usable.front();

    Machine machine;
    machine.id = read_id(root);
    machine.instance_type = read_instance_type(root);
    machine.arch = self.arch;
    machine.cpu = cpu_names(cpuinfo, is_ec2(root));
    machine.vcpus = static_cast<int>(online.size());
    machine.usable_cpus = static_cast<int>(usable.size());
    read_cores(machine, usable, root, cpuinfo);
    machine.isa = inference_extensions(cpuinfo);
    machine.caches = read_caches(root, first);
    machine.memory_bytes = read_memory(root, "MemTotal:");
    machine.kernel = self.kernel;
    machine.thp = selected(first_line_of(root / "sys/kernel/mm/transparent_hugepage/enabled"));
    machine.governor = first_line_of(cpu_folder(root, first) / "cpufreq/scaling_governor");
    machine.cpu_quota = cpu_quota(root);
    return machine;
}

std::string kind_of(const Machine& machine) {
    std::string caches;
    for (const Cache& cache : machine.caches) {
        caches += fmt::format(", L{} {} of {} by {}", cache.level, cache.type, cache.size_bytes, cache.shared_by);
    }
    return fmt::format("{}, {}, {}, {} of {} CPUs, {} cores of {} threads{}, quota {}, Linux {}",
                       machine.instance_type.value_or("no instance type"), machine.arch, machine.cpu,
                       machine.usable_cpus, machine.vcpus, machine.physical_cores, machine.threads_per_core, caches,
                       machine.cpu_quota.value_or(0), machine.kernel);
}

std::int64_t available_memory_bytes(const fs::path& root) {
    const std::int64_t available = read_memory(root, "MemAvailable:");
    return std::min(available, memory_limit(root).value_or(available));
}

int usable_physical_cores(const Machine& machine) {
    const int cores = machine.physical_cores > 0 ? machine.physical_cores : machine.usable_cpus;
    const double limit = machine.cpu_quota ? std::floor(*machine.cpu_quota) : cores;
    return std::max(1, static_cast<int>(std::min<double>(cores, limit)));
}

}  // namespace gravbench::machine
