#include <fmt/format.h>

#include "doctor/check.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

/// Who keeps this process to its CPUs: the cpuset where it says the same, somebody's call (taskset, numactl, a job
/// scheduler) otherwise.
std::string limiter(const Host& host) {
    return host.cpuset_cpus == host.usable_cpus ? "by its cgroup's cpuset" : "by its affinity (taskset, numactl, ...)";
}

std::string way_out(const Host& host) {
    return host.cpuset_cpus == host.usable_cpus
               ? "start it outside of that cpuset (docker run --cpuset-cpus, Kubernetes' CPU manager), or mean it"
               : fmt::format("taskset -c {} gravbench ...", machine::cpu_list_text(host.online_cpus));
}

std::vector<Finding> look_at_affinity(const Facts& facts) {
    const Host& host = facts.host;
    const auto usable = host.usable_cpus.size();
    if (usable == 0 || host.online_cpus.empty()) {
        return {{Status::unknown, "the kernel does not say on which CPUs this process may run", ""}};
    }
    if (usable >= host.online_cpus.size()) {
        return {{Status::good, fmt::format("all {} CPUs may be used", usable), ""}};
    }
    const std::string text = fmt::format("may run on {} of {} CPUs ({}), kept there {}: `threads: cores` is {}", usable,
                                         host.online_cpus.size(), machine::cpu_list_text(host.usable_cpus),
                                         limiter(host), machine::usable_physical_cores(facts.machine));
    return {{usable == 1 ? Status::warning : Status::notice, text, way_out(host)}};
}

std::vector<Finding> look_at_smt(const Facts& facts) {
    const machine::Machine& machine = facts.machine;
    if (machine.threads_per_core == 0) {
        return {{Status::unknown, "the topology is hidden: each usable CPU counts as a core", ""}};
    }
    if (machine.threads_per_core == 1) {
        if (facts.host.is_virtual && !machine.instance_type) {
            return {{Status::unknown,
                     "the hypervisor shows each vCPU as a core; where it hides SMT, it is a part of one", ""}};
        }
        return {{Status::good, fmt::format("each of {} usable CPUs is a core", machine.usable_cpus), ""}};
    }
    const int all = machine.physical_cores * machine.threads_per_core;
    if (machine.usable_cpus < all) {
        return {{Status::warning,
                 fmt::format("{} usable CPUs are parts of {} cores of {} CPUs each: whoever uses the others slows them",
                             machine.usable_cpus, machine.physical_cores, machine.threads_per_core),
                 "allow all CPUs of a core, or none (lscpu --extended shows which belong together)"}};
    }
    return {{Status::notice,
             fmt::format("SMT: {} usable CPUs are {} cores, a vCPU is a part of one; `threads: cores` is {}",
                         machine.usable_cpus, machine.physical_cores, machine::usable_physical_cores(machine)),
             "measure with --threads cores; on a machine of your own: echo off | sudo tee "
             "/sys/devices/system/cpu/smt/control"}};
}

std::vector<Finding> look_at_quota(const Facts& facts) {
    if (!facts.machine.cpu_quota) {
        return {{Status::good, "none", ""}};
    }
    const double quota = *facts.machine.cpu_quota;
    const int cores = facts.machine.physical_cores > 0 ? facts.machine.physical_cores : facts.machine.usable_cpus;
    const char* const remedy =
        "raise the limit (docker run --cpus, Kubernetes' limits.cpu), or give whole CPUs by a "
        "cpuset instead";
    if (quota < 0.995) {
        return {{Status::unfit,
                 fmt::format("{:.2f} of one CPU: the process stands still for a part of each period", quota), remedy}};
    }
    if (quota < cores) {
        return {{Status::warning,
                 fmt::format("{:.2f} CPUs for {} cores: more than {} threads would be stopped within each period; "
                             "`threads: cores` is {}",
                             quota, cores, machine::usable_physical_cores(facts.machine),
                             machine::usable_physical_cores(facts.machine)),
                 remedy}};
    }
    return {{Status::good, fmt::format("{:.2f} CPUs, no less than the {} cores", quota, cores), ""}};
}

std::vector<Finding> look_at_numa(const Facts& facts) {
    const std::vector<int>& nodes = facts.host.numa_nodes;
    if (nodes.empty()) {
        return {{Status::unknown, "the kernel shows no NUMA nodes", ""}};
    }
    if (nodes.size() == 1) {
        return {{Status::good, fmt::format("all usable CPUs are on node {}", nodes.front()), ""}};
    }
    return {{Status::warning,
             fmt::format("usable CPUs are on {} nodes ({})", nodes.size(), machine::cpu_list_text(nodes)),
             fmt::format("numactl --cpunodebind={0} --membind={0} gravbench ...", nodes.front())}};
}

}  // namespace

const std::vector<Check>& limit_checks() {
    static const std::vector<Check> table{
        {"usable cpus", "threads beyond the usable CPUs take turns, and one CPU shows nothing of how a model scales",
         look_at_affinity},
        {"smt",
         "two threads on one core share its vector units: on most x86 instances a vCPU is half a core, on Graviton "
         "a whole one",
         look_at_smt},
        {"cpu quota", "OpenMP's barriers wait for a thread that the kernel has stopped until the next period",
         look_at_quota},
        {"numa",
         "memory of another node is slower, and where a process gets its memory differs from launch to launch "
         "(https://github.com/pytorch/pytorch/issues/188336)",
         look_at_numa},
    };
    return table;
}

}  // namespace gravbench::doctor
