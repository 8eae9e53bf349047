#include "doctor/host.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "base/text.h"
#include "machine/cgroup.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

namespace fs = std::filesystem;

const fs::path cpus_folder = "sys/devices/system/cpu";
const fs::path clock_folder = "sys/devices/system/clocksource/clocksource0";

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

bool has_hypervisor_flag(const fs::path& root) {
    const auto cpuinfo = machine::read_cpuinfo(root);
    const auto flags =
        cpuinfo.empty() ? std::vector<std::string>{} : words_of(machine::value_of(cpuinfo.front(), "flags"));
    return std::find(flags.begin(), flags.end(), "hypervisor") != flags.end();
}

bool has_common(const std::vector<int>& some, const std::vector<int>& others) {
    return std::any_of(some.begin(), some.end(),
                       [&](int number) { return std::find(others.begin(), others.end(), number) != others.end(); });
}

std::vector<int> numa_nodes_of(const std::vector<int>& cpus, const fs::path& root) {
    const fs::path folder = root / "sys/devices/system/node";
    std::vector<int> nodes;
    for (const int node : machine::parse_cpu_list(machine::first_line_of(folder / "online"))) {
        const fs::path list = folder / ("node" + std::to_string(node)) / "cpulist";
        if (has_common(cpus, machine::parse_cpu_list(machine::first_line_of(list)))) {
            nodes.push_back(node);
        }
    }
    return nodes;
}

/// A member of /proc/meminfo, which counts in KiB.
std::optional<std::int64_t> memory_bytes(const fs::path& root, const std::string& key) {
    for (const std::string& line : machine::lines_of(root / "proc/meminfo")) {
        if (line.rfind(key + ":", 0) == 0) {
            const auto kibibytes = machine::leading_integer(line.substr(key.size() + 1));
            return kibibytes ? std::optional(*kibibytes << 10) : std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<std::int64_t> swap_used(const fs::path& root) {
    const auto total = memory_bytes(root, "SwapTotal");
    const auto free = memory_bytes(root, "SwapFree");
    return total && free ? std::optional(*total - *free) : std::nullopt;
}

/// Intel's driver says whether turbo is off, all others whether boost is on.
struct TurboSwitch {
    const char* file;
    const char* off;
};
constexpr TurboSwitch turbo_switches[] = {{"intel_pstate/no_turbo", "1"}, {"cpufreq/boost", "0"}};

void read_turbo(Host& host, const fs::path& root) {
    for (const TurboSwitch& control : turbo_switches) {
        const std::string value = machine::first_line_of(root / cpus_folder / control.file);
        if (value == "0" || value == "1") {
            host.has_turbo = value != control.off;
            host.turbo_off =
                std::string("echo ") + control.off + " | sudo tee /" + (cpus_folder / control.file).string();
            return;
        }
    }
}

}  // namespace

Host read_host(const machine::Self& self, const fs::path& root) {
    const fs::path cpu = machine::cpu_folder(root, 0);
    std::error_code ignored;
    Host host;
    host.kernel_arch = machine::first_line_of(root / "proc/sys/kernel/arch");
    host.shows_cpus = fs::is_directory(cpu, ignored);
    host.shows_midr = fs::exists(cpu / "regs/identification/midr_el1", ignored);
    host.is_virtual = has_hypervisor_flag(root);
    host.online_cpus = machine::parse_cpu_list(machine::first_line_of(root / cpus_folder / "online"));
    host.usable_cpus = self.usable_cpus.empty() ? host.online_cpus : self.usable_cpus;
    host.cpuset_cpus = machine::cpuset_cpus(root);
    host.numa_nodes = numa_nodes_of(host.usable_cpus, root);
    host.clock_source = machine::first_line_of(root / clock_folder / "current_clocksource");
    host.clock_sources = words_of(machine::first_line_of(root / clock_folder / "available_clocksource"));
    read_turbo(host, root);
    host.available_bytes = memory_bytes(root, "MemAvailable");
    host.memory_limit_bytes = machine::memory_limit(root);
    host.swap_used_bytes = swap_used(root);
    host.load_average = machine::first_line_of(root / "proc/loadavg");
    host.load_average.resize(std::min(host.load_average.size(), host.load_average.find(' ')));
    return host;
}

}  // namespace gravbench::doctor
