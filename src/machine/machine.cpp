#include "machine/machine.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "base/arm_core.h"

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

/// The first line, without the newline; empty where the file cannot be read.
std::string first_line(const fs::path& path) {
    std::ifstream stream(path);
    std::string line;
    std::getline(stream, line);
    return line;
}

std::string after_colon(const std::string& line) {
    const auto start = line.find_first_not_of(" \t", line.find(':') + 1);
    return line.find(':') == std::string::npos || start == std::string::npos ? "" : line.substr(start);
}

/// The first value of a key in /proc/cpuinfo.
std::string cpuinfo_value(const fs::path& root, const std::string& key) {
    std::ifstream stream(root / "proc/cpuinfo");
    for (std::string line; std::getline(stream, line);) {
        if (line.rfind(key, 0) == 0 && line.find_first_of("\t :", key.size()) == key.size()) {
            return after_colon(line);
        }
    }
    return "";
}

std::string cpu_name(const fs::path& root) {
    const std::string model = cpuinfo_value(root, "model name");
    if (!model.empty()) {
        return model;
    }
    const auto number = [&](const char* key) { return static_cast<int>(std::strtol(cpuinfo_value(root, key).c_str(), nullptr, 0)); };
    return arm_core_name(number("CPU implementer"), number("CPU part"));
}

std::vector<std::string> inference_extensions(const fs::path& root) {
    static const std::set<std::string> wanted{"avx2",     "avx512f",  "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni",
                                              "amx_tile", "amx_bf16", "amx_int8",    "asimd",       "asimddp",     "asimdhp",
                                              "sve",      "sve2",     "bf16",        "i8mm",        "svebf16",     "svei8mm"};
    const std::string x86 = cpuinfo_value(root, "flags");
    std::istringstream flags(x86.empty() ? cpuinfo_value(root, "Features") : x86);
    std::vector<std::string> found;
    for (std::string flag; flags >> flag;) {
        if (wanted.count(flag) != 0) {
            found.push_back(flag);
        }
    }
    return found;
}

/// "0-3,8" as numbers.
std::vector<int> parse_cpu_list(const std::string& text) {
    std::vector<int> cpus;
    std::istringstream stream(text);
    for (std::string range; std::getline(stream, range, ',');) {
        const int low = std::atoi(range.c_str());
        const auto dash = range.find('-');
        const int high = dash == std::string::npos ? low : std::atoi(range.c_str() + dash + 1);
        for (int cpu = low; !range.empty() && cpu <= high && high < 65536; ++cpu) {
            cpus.push_back(cpu);
        }
    }
    return cpus;
}

std::int64_t bytes_of(const std::string& text) {
    char* unit = nullptr;
    const std::int64_t number = std::strtoll(text.c_str(), &unit, 10);
    return *unit == 'K' ? number << 10 : *unit == 'M' ? number << 20 : *unit == 'G' ? number << 30 : number;
}

std::vector<Cache> read_caches(const fs::path& root) {
    std::vector<Cache> caches;
    for (int index = 0; index < 16; ++index) {
        const fs::path folder = root / fmt::format("sys/devices/system/cpu/cpu0/cache/index{}", index);
        const std::string type = first_line(folder / "type");
        if (!type.empty()) {
            const auto sharing = parse_cpu_list(first_line(folder / "shared_cpu_list"));
            caches.push_back({std::atoi(first_line(folder / "level").c_str()), type, bytes_of(first_line(folder / "size")),
                              std::max(1, static_cast<int>(sharing.size()))});
        }
    }
    return caches;
}

/// A CPU's core is named by its list of siblings, which all CPUs of one core share. Without topology each is its own.
std::string core_of(const fs::path& root, int cpu) {
    const std::string siblings =
        first_line(root / fmt::format("sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
    return siblings.empty() ? std::to_string(cpu) : siblings;
}

void read_topology(Machine& machine, const Self& self, const fs::path& root) {
    std::set<std::string> cores;
    std::size_t most_siblings = 1;
    for (const int cpu : self.usable_cpus) {
        const std::string core = core_of(root, cpu);
        cores.insert(core);
        most_siblings = std::max(most_siblings, parse_cpu_list(core).size());
    }
    machine.usable_cpus = static_cast<int>(self.usable_cpus.size());
    machine.physical_cores = std::max(1, static_cast<int>(cores.size()));
    machine.threads_per_core = static_cast<int>(most_siblings);
    const auto online = parse_cpu_list(first_line(root / "sys/devices/system/cpu/online"));
    machine.vcpus = online.empty() ? machine.usable_cpus : static_cast<int>(online.size());
}

/// "always [madvise] never" -> "madvise".
std::string selected(const std::string& line) {
    const auto open = line.find('[');
    const auto close = line.find(']');
    return open == std::string::npos || close == std::string::npos ? line : line.substr(open + 1, close - open - 1);
}

std::int64_t read_memory(const fs::path& root) {
    std::ifstream stream(root / "proc/meminfo");
    for (std::string line; std::getline(stream, line);) {
        if (line.rfind("MemTotal:", 0) == 0) {
            return std::strtoll(after_colon(line).c_str(), nullptr, 10) << 10;
        }
    }
    return 0;
}

fs::path cgroup_folder(const fs::path& root) {
    std::ifstream stream(root / "proc/self/cgroup");
    for (std::string line; std::getline(stream, line);) {
        if (line.rfind("0::/", 0) == 0) {
            return root / "sys/fs/cgroup" / line.substr(4);
        }
    }
    return root / "sys/fs/cgroup";
}

std::optional<double> read_quota(const fs::path& root) {
    std::istringstream line(first_line(cgroup_folder(root) / "cpu.max"));
    double quota = 0;
    double period = 0;
    return line >> quota >> period && period > 0 ? std::optional(quota / period) : std::nullopt;
}

std::optional<std::string> read_instance_type(const fs::path& root) {
    const fs::path dmi = root / "sys/devices/virtual/dmi/id";
    const std::string product = first_line(dmi / "product_name");
    return first_line(dmi / "sys_vendor") == "Amazon EC2" && !product.empty() ? std::optional(product) : std::nullopt;
}

std::int64_t counter(const fs::path& path, const std::string& name) {
    std::ifstream stream(path);
    std::string key;
    for (std::int64_t value = 0; stream >> key >> value;) {
        if (key == name) {
            return value;
        }
    }
    return 0;
}

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

Self read_self() {
    Self self;
    utsname names{};
    if (::uname(&names) == 0) {
        self.arch = names.machine;
        self.kernel = names.release;
    }
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) == 0) {
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &set)) {
                self.usable_cpus.push_back(cpu);
            }
        }
    }
    return self;
}

Machine read_machine(const Self& self, const fs::path& root) {
    Machine machine;
    machine.instance_type = read_instance_type(root);
    machine.arch = self.arch;
    machine.kernel = self.kernel;
    machine.cpu = cpu_name(root);
    read_topology(machine, self, root);
    machine.isa = inference_extensions(root);
    machine.caches = read_caches(root);
    machine.memory_bytes = read_memory(root);
    machine.thp = selected(first_line(root / "sys/kernel/mm/transparent_hugepage/enabled"));
    machine.governor = first_line(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    machine.cpu_quota = read_quota(root);
    return machine;
}

Json to_json(const Machine& machine) {
    Json caches = Json::array();
    for (const Cache& cache : machine.caches) {
        caches.push_back({{"level", cache.level}, {"type", cache.type}, {"size_bytes", cache.size_bytes}, {"shared_by", cache.shared_by}});
    }
    return {{"instance_type", machine.instance_type ? Json(*machine.instance_type) : Json()},
            {"arch", machine.arch},
            {"cpu", or_null(machine.cpu)},
            {"vcpus", machine.vcpus},
            {"usable_cpus", machine.usable_cpus},
            {"physical_cores", machine.physical_cores},
            {"threads_per_core", machine.threads_per_core},
            {"isa", machine.isa},
            {"caches", caches},
            {"memory_bytes", machine.memory_bytes},
            {"kernel", or_null(machine.kernel)},
            {"thp", or_null(machine.thp)},
            {"governor", or_null(machine.governor)},
            {"cpu_quota", machine.cpu_quota ? Json(*machine.cpu_quota) : Json()}};
}

std::int64_t out_of_memory_kills(const fs::path& root) {
    return counter(root / "proc/vmstat", "oom_kill") + counter(cgroup_folder(root) / "memory.events", "oom_kill");
}

}  // namespace gravbench::machine
