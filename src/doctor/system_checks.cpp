#include <fmt/format.h>

#include <algorithm>

#include "doctor/check.h"
#include "doctor/regression.h"

namespace gravbench::doctor {
namespace {

std::vector<Finding> look_at_kernel(const Facts& facts) {
    const Version version = version_of(facts.machine.kernel);
    if (version.empty()) {
        return {{Status::unknown, "the kernel does not tell its version", ""}};
    }
    if (is_arm(facts) && version < Version{5, 10}) {
        return {{Status::warning, fmt::format("Linux {}: the Graviton guide wants 5.10 or later", facts.machine.kernel),
                 "install a newer kernel and reboot (Amazon Linux 2: sudo amazon-linux-extras install kernel-5.10)"}};
    }
    return {{Status::good, fmt::format("Linux {}", facts.machine.kernel), ""}};
}

std::vector<Finding> look_at_huge_pages(const Facts& facts) {
    const std::string& mode = facts.machine.thp;
    const char* const remedy = "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled";
    if (mode.empty()) {
        return {{Status::unknown, "the kernel does not tell its mode, or has no huge pages", ""}};
    }
    if (mode == "never") {
        return {{Status::warning, "never: --thp on and THP_MEM_ALLOC_ENABLE=1 cannot have an effect", remedy}};
    }
    if (mode == "always") {
        return {{Status::notice, "always: --thp off gets huge pages too, so on and off may not differ", remedy}};
    }
    return {{Status::good, mode, ""}};
}

std::vector<Finding> look_at_governor(const Facts& facts) {
    const std::string& governor = facts.machine.governor;
    if (governor.empty()) {
        return {{Status::unknown, "the kernel shows none: a hypervisor sets the frequency, as on EC2", ""}};
    }
    if (governor == "performance") {
        return {{Status::good, governor, ""}};
    }
    return {{Status::warning, fmt::format("{}: the frequency follows the load", governor),
             "sudo cpupower frequency-set -g performance"}};
}

std::vector<Finding> look_at_turbo(const Facts& facts) {
    if (!facts.host.has_turbo) {
        return {{Status::unknown, "the kernel shows no switch for it", ""}};
    }
    if (*facts.host.has_turbo) {
        return {{Status::notice, "on: the frequency depends on temperature and on what other cores do",
                 facts.host.turbo_off}};
    }
    return {{Status::good, "off", ""}};
}

struct ClockSource {
    const char* name;
    bool is_fast;  ///< read without a call of the kernel or of a device
};
constexpr ClockSource clock_sources[] = {{"tsc", true},
                                         {"arch_sys_counter", true},
                                         {"kvm-clock", true},
                                         {"hyperv_clocksource_tsc_page", true},
                                         {"hpet", false},
                                         {"acpi_pm", false},
                                         {"xen", false},
                                         {"jiffies", false},
                                         {"refined-jiffies", false}};

std::vector<Finding> look_at_clock(const Facts& facts) {
    const std::string& name = facts.host.clock_source;
    const auto* const found = std::find_if(std::begin(clock_sources), std::end(clock_sources),
                                           [&](const ClockSource& source) { return name == source.name; });
    if (found == std::end(clock_sources)) {
        return {{Status::unknown, name.empty() ? "the kernel does not tell which" : name, ""}};
    }
    if (found->is_fast) {
        return {{Status::good, name, ""}};
    }
    const auto& available = facts.host.clock_sources;
    const bool has_tsc = std::find(available.begin(), available.end(), "tsc") != available.end();
    return {{Status::warning, fmt::format("{}: each look at the clock asks a device or the kernel", name),
             has_tsc ? "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"
                     : "boot with clocksource=tsc if the CPU's counter is stable, or take another instance type"}};
}

std::string gibibytes(std::int64_t bytes) {
    return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
}

std::vector<Finding> look_at_memory(const Facts& facts) {
    if (!facts.host.available_bytes) {
        return {{Status::unknown, "the kernel does not tell how much is free", ""}};
    }
    const auto& limit = facts.host.memory_limit_bytes;
    const std::int64_t available = std::min(*facts.host.available_bytes, limit.value_or(*facts.host.available_bytes));
    const std::string text = fmt::format("{} of {} available{}", gibibytes(*facts.host.available_bytes),
                                         gibibytes(facts.machine.memory_bytes),
                                         limit ? fmt::format(", the cgroup allows {}", gibibytes(*limit)) : "");
    // RoBERTa at batch 8 takes 1.4 GiB (the table in README).
    constexpr std::int64_t enough = std::int64_t{2} << 30;
    return {{available < enough ? Status::warning : Status::good, text,
             available < enough ? "stop other programs or raise the limit, or measure small models and batches" : ""}};
}

}  // namespace

const std::vector<Check>& system_checks() {
    static const std::vector<Check> table{
        {"kernel", "the Graviton guide's prerequisite; for faults of versions see \"known regressions\"",
         look_at_kernel},
        {"huge pages", "the guide allocates large tensors in transparent huge pages, which needs madvise or always",
         look_at_huge_pages},
        {"governor", "the first inferences, and those after a pause, run at a lower frequency", look_at_governor},
        {"turbo", "a frequency that changes changes all times; interleaved cells share it, two runs may not",
         look_at_turbo},
        {"clock source", "the clock is read around every inference", look_at_clock},
        {"memory", "a model that does not fit is swapped, or its engine is killed", look_at_memory},
    };
    return table;
}

}  // namespace gravbench::doctor
