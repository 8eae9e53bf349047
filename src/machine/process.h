#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace gravbench::machine {

/// A process as its kernel sees it; what cannot be read is empty or zero.
struct Process {
    std::map<int, std::int64_t> thread_cpu_ns;  ///< by thread, the time that it has run
    std::int64_t huge_page_bytes = 0;           ///< AnonHugePages of all its mappings
    std::vector<std::string> libraries;         ///< paths of the shared libraries mapped, each once, sorted
};

/// Reads /proc/PID below `root`. Never throws.
Process read_process(int process, const std::filesystem::path& root = "/");

/// What a process has used of the CPUs so far, of all its threads.
struct ProcessTime {
    std::string name;
    std::int64_t ticks = 0;  ///< of the kernel, as those of /proc/stat
};

/// All processes that /proc shows below `root`, by their numbers. Never throws.
std::map<int, ProcessTime> process_times(const std::filesystem::path& root = "/");

/// How many threads worked between two views of a process: those that ran for at least a tenth as long as the one that
/// ran longest. 0 where none ran for 10 ms, which the kernel's coarse clocks cannot tell from nothing.
int busy_threads(const Process& before, const Process& after);

}  // namespace gravbench::machine
