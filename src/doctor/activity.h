#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "machine/process.h"

namespace gravbench::doctor {

/// The kernel's counters at one moment, in its ticks, summed over the CPUs that this process may use.
struct Counters {
    int cpus = 0;
    std::int64_t total = 0;
    std::int64_t busy = 0;
    std::int64_t stolen = 0;         ///< time in which the hypervisor ran others, though this guest wanted to run
    std::int64_t swapped_pages = 0;  ///< in and out
    std::map<int, machine::ProcessTime> processes;
};

Counters read_counters(const std::vector<int>& cpus, const std::filesystem::path& root = "/");

struct BusyProcess {
    int id = 0;
    std::string name;
    double cpus = 0;
};

/// What happened between two moments.
struct Activity {
    int cpus = 0;            ///< that this process may use; the rest is about these
    std::int64_t ticks = 0;  ///< of them all together; too few say nothing
    double stolen_share = 0;
    double competing_cpus = 0;         ///< kept busy by other processes
    std::vector<BusyProcess> busiest;  ///< at most 3 other processes of a tenth of a CPU or more
    std::int64_t swapped_pages = 0;
};

/// Waits that long without working, so that what others do is seen. False where the descriptor became readable first.
bool wait_quietly(std::chrono::nanoseconds duration, int stop_descriptor);

/// `own` is the process that does not count as competing.
Activity activity_between(const Counters& before, const Counters& after, int own);

}  // namespace gravbench::doctor
