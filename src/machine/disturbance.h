#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

/// What disturbed a block of inferences, by the kernel's counters just before and just after it: some twenty small
/// files, however many CPUs and threads there are. tests/benchmarks/disturbance_cost.cpp says what that costs.
namespace gravbench::machine {

/// The counters at one moment; nothing where the kernel does not tell.
struct DisturbanceCounters {
    std::int64_t time_ns = 0;
    std::optional<std::int64_t> total_ticks;  ///< of the CPUs that may be used, as are the next two
    std::optional<std::int64_t> busy_ticks;
    std::optional<std::int64_t> stolen_ticks;
    std::optional<std::int64_t> engine_ticks;  ///< time that the engine's threads ran
    std::optional<std::int64_t> waiting_ns;    ///< time that they waited on a run queue, ready to run; of the first 8
    std::optional<std::int64_t> involuntary_switches;  ///< of the engine's main thread and one more
    std::optional<std::int64_t> major_faults;
    std::optional<std::int64_t> swapped_pages;  ///< of the machine, in and out
    std::optional<std::int64_t> throttled_ns;   ///< time that the control group was out of its quota
    std::optional<std::int64_t> thermal_events;
    std::optional<double> frequency_mhz;
};

/// Reads the counters of these CPUs and of the engine's process. Never throws.
DisturbanceCounters read_disturbance_counters(const std::vector<int>& cpus, int engine_process,
                                              const std::filesystem::path& root = "/");

/// What happened during one block; nothing where that cannot be told.
struct Disturbance {
    double seconds = 0;
    std::optional<double> stolen_share;    ///< of the CPUs' time, by the hypervisor
    std::optional<double> competing_cpus;  ///< CPUs' worth of time that others than the engine used
    std::optional<double> waiting_share;   ///< time the engine's first 8 threads waited for a CPU, over the block's
    std::optional<std::int64_t> involuntary_switches;
    std::optional<std::int64_t> major_faults;
    std::optional<std::int64_t> swapped_pages;
    std::optional<std::int64_t> throttled_ns;
    std::optional<std::int64_t> thermal_events;
    std::optional<double> frequency_mhz;  ///< mean of the CPUs at the end of the block
};

/// Counters that went backwards (another process, a new group) tell nothing.
Disturbance disturbance_between(const DisturbanceCounters& before, const DisturbanceCounters& after);

/// Why the block counts as disturbed, each with its figure: "waited 12% of the time for a CPU". Empty where it was not.
std::vector<std::string> reasons(const Disturbance& disturbance);

/// Members that are known, with units in their names.
Json to_json(const Disturbance& disturbance);
/// Throws DataError that names the member and its place, which starts with `where`.
Disturbance disturbance_from(const Json& json, const std::string& where = "disturbance");

/// Whether no thread of the process runs or is ready to run, so that it disturbs nobody. True where it has no threads
/// that can be seen.
bool is_asleep(int process, const std::filesystem::path& root = "/");

}  // namespace gravbench::machine
