#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "machine/machine.h"
#include "machine/yardstick.h"
#include "yardstick/instruction_set.h"
#include "yardstick/memory.h"
#include "yardstick/team.h"

namespace gravbench::yardstick {

/// How much memory the loops work on, in bytes.
struct WorkingSets {
    std::int64_t l2 = 0;      ///< of each thread
    std::int64_t llc = 0;     ///< of all threads; 0 where their second-level caches hold as much
    std::int64_t memory = 0;  ///< of all threads
    std::int64_t window = 0;  ///< the part of it that one triad takes; the next one takes the next
    std::int64_t chain = 0;   ///< of the loads that wait for each other
};
/// By the machine's caches, where they are not hidden: half of the caches that they are named after, and memory that is
/// three times all of them. Each is at most a sixteenth of `available_bytes`.
WorkingSets working_sets(const machine::Machine& machine, std::int64_t available_bytes, int threads);

/// Where one thread's triad works: array a begins there, b and c each `between` further on. In floats.
struct TriadPlace {
    std::int64_t begin = 0;
    std::int64_t between = 0;
    std::int64_t length = 0;
};
/// In memory of so many floats, parted among the threads: the triad of `bytes` of all of them that begins `offset`
/// floats into each array, or as much of it as there is.
TriadPlace triad_place(std::int64_t floats, int threads, int thread, std::int64_t bytes, std::int64_t offset);

/// Measures what the machine can do, in some milliseconds. Between readings it sleeps.
class Yardstick {
  public:
    /// For readings of up to that many threads. Throws DataError where there is not enough memory.
    Yardstick(machine::Machine machine, std::int64_t available_bytes, int most_threads);

    /// Of 1 to `most_threads`, each on one of these CPUs where there are as many, and the kernel allows it.
    machine::YardstickReading read(int threads, const std::vector<int>& cpus = {});
    /// The kernel chooses the CPU of this thread again, and of what it starts.
    void free_threads();
    machine::YardstickDescription description() const;

  private:
    void place(Team& team, const std::vector<int>& cpus);
    double triad_gb_per_s(Team& team, const Memory& memory, std::int64_t bytes, std::int64_t offset, int passes);
    double memory_gb_per_s(Team& team, const WorkingSets& sets);
    double load_ns();

    machine::Machine machine_;
    std::int64_t available_bytes_;
    WorkingSets largest_;
    Arithmetic f32_;
    std::optional<Arithmetic> bf16_;
    TriadLoop triad_;
    std::map<int, Team> teams_;  ///< by their size
    Memory caches_;
    Memory memory_;
    Memory chain_;
    std::vector<int> all_cpus_;      ///< that it may use
    std::int64_t window_begin_ = 0;  ///< of the next one, in each thread's part
    void** next_load_ = nullptr;
};

}  // namespace gravbench::yardstick
