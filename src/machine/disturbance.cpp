#include "machine/disturbance.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "base/checked_json.h"
#include "base/clock.h"
#include "machine/cgroup.h"
#include "machine/host_files.h"

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

using Count = std::optional<std::int64_t>;

/// On a machine of many CPUs a sample of them says as much about frequency and heat.
constexpr std::size_t most_cpus_looked_at = 8;
/// Each thread has files of its own, and OpenMP's threads share their fate: who waits for a CPU holds up all. Those of
/// the main thread and of the next ones are read, so that the cost does not grow with the machine; switches are in the
/// dearest of the files.
constexpr int most_threads_asked_for_waiting = 8;
constexpr int most_threads_asked_for_switches = 2;

void add(Count& sum, const Count& more) {
    if (more) {
        sum = sum.value_or(0) + *more;
    }
}

/// "cpu3 1 2 3 4 5 6 7 8 ...": user, nice, system, idle, iowait, irq, softirq, steal (Linux, proc_stat(5)).
void add_cpu(DisturbanceCounters& counters, const std::string& line) {
    std::istringstream fields(line);
    std::string name;
    std::int64_t user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupt = 0, soft_interrupt = 0, stolen = 0;
    if (fields >> name >> user >> nice >> system >> idle >> waiting >> interrupt >> soft_interrupt >> stolen) {
        const std::int64_t busy = user + nice + system + interrupt + soft_interrupt;
        add(counters.busy_ticks, busy);
        add(counters.stolen_ticks, stolen);
        add(counters.total_ticks, busy + idle + waiting + stolen);
    }
}

void read_cpu_times(DisturbanceCounters& counters, const std::vector<int>& cpus, const fs::path& root) {
    const std::string text = text_of(root / "proc/stat");
    // What follows the CPUs are interrupts, a long line that nobody needs.
    for (std::size_t start = 0; text.compare(start, 3, "cpu") == 0;) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string line = text.substr(start, end - start);
        const auto number = leading_integer(line.substr(3, line.find(' ') - 3));
        if (number && std::find(cpus.begin(), cpus.end(), *number) != cpus.end()) {
            add_cpu(counters, line);
        }
        start = std::min(end + 1, text.size());
    }
}

/// The number after "key" in lines of "key number" or "key:\tnumber".
Count number_of(const std::string& text, const std::string& key) {
    const auto found = ("\n" + text).find("\n" + key);
    return found == std::string::npos
               ? std::nullopt
               : leading_integer(text.substr(found + key.size(), text.find('\n', found) - found));
}

/// What follows the name of "4711 (a name) S 1 ...", which may hold blanks and brackets: the state and field 4 on.
std::istringstream after_name(const std::string& stat) {
    const auto end = stat.rfind(')');
    return std::istringstream(end == std::string::npos ? "" : stat.substr(end + 1));
}

/// Faults, and the time that all threads of the process ran, those too that have ended.
void read_process(DisturbanceCounters& counters, const fs::path& process) {
    std::istringstream fields = after_name(first_line_of(process / "stat"));
    std::string field;
    // proc_pid_stat(5)
    constexpr int major_faults = 12;
    constexpr int user_ticks = 14;
    constexpr int system_ticks = 15;
    for (int number = 3; number <= system_ticks && fields >> field; ++number) {
        if (number == major_faults) {
            counters.major_faults = leading_integer(field);
        } else if (number == user_ticks || number == system_ticks) {
            add(counters.engine_ticks, leading_integer(field));
        }
    }
}

template <typename Use>
void for_each_thread(const fs::path& process, Use use) {
    std::error_code error;
    for (fs::directory_iterator thread(process / "task", error), end; !error && thread != end;
         thread.increment(error)) {
        use(thread->path());
    }
}

void read_engine(DisturbanceCounters& counters, const fs::path& process) {
    read_process(counters, process);
    int threads = 0;
    for_each_thread(process, [&](const fs::path& thread) {
        if (threads < most_threads_asked_for_waiting) {
            // "running waiting slices", in nanoseconds but for the last (Linux,
            // Documentation/scheduler/sched-stats.rst).
            std::istringstream times(first_line_of(thread / "schedstat"));
            std::int64_t running = 0;
            std::int64_t waiting = 0;
            if (times >> running >> waiting) {
                add(counters.waiting_ns, waiting);
            }
        }
        if (threads < most_threads_asked_for_switches) {
            add(counters.involuntary_switches, number_of(text_of(thread / "status"), "nonvoluntary_ctxt_switches:"));
        }
        ++threads;
    });
}

/// Where there is nothing to swap to, the long file of the machine's memory need not be read.
void read_swapping(DisturbanceCounters& counters, const fs::path& root) {
    const std::string areas = text_of(root / "proc/swaps");  // a line of titles, then one for each
    if (!areas.empty() && areas.find('\n') + 1 == areas.size()) {
        counters.swapped_pages = 0;
        return;
    }
    const std::string memory = text_of(root / "proc/vmstat");
    add(counters.swapped_pages, number_of(memory, "pswpin "));
    add(counters.swapped_pages, number_of(memory, "pswpout "));
}

void read_cpu_folders(DisturbanceCounters& counters, const std::vector<int>& cpus, const fs::path& root) {
    double sum_khz = 0;
    int with_frequency = 0;
    for (std::size_t i = 0; i < std::min(cpus.size(), most_cpus_looked_at); ++i) {
        const fs::path folder = cpu_folder(root, cpus[i]);
        add(counters.thermal_events, leading_integer(first_line_of(folder / "thermal_throttle/core_throttle_count")));
        if (const auto khz = leading_integer(first_line_of(folder / "cpufreq/scaling_cur_freq"))) {
            sum_khz += static_cast<double>(*khz);
            ++with_frequency;
        }
    }
    if (with_frequency > 0) {
        counters.frequency_mhz = sum_khz / with_frequency / 1000;
    }
}

Count grown(const Count& before, const Count& after) {
    return before && after && *after >= *before ? std::optional(*after - *before) : std::nullopt;
}

std::string percent(double share) {
    return fmt::format("{:.0f}%", 100 * share);
}

}  // namespace

DisturbanceCounters read_disturbance_counters(const std::vector<int>& cpus, int engine_process, const fs::path& root) {
    DisturbanceCounters counters;
    counters.time_ns = monotonic_ns();
    read_cpu_times(counters, cpus, root);
    read_engine(counters, root / "proc" / std::to_string(engine_process));
    read_swapping(counters, root);
    counters.throttled_ns = quota_throttled_ns(root);
    read_cpu_folders(counters, cpus, root);
    return counters;
}

Disturbance disturbance_between(const DisturbanceCounters& before, const DisturbanceCounters& after) {
    Disturbance found;
    found.seconds = static_cast<double>(after.time_ns - before.time_ns) / ns_per_s;
    const Count total = grown(before.total_ticks, after.total_ticks);
    const Count stolen = grown(before.stolen_ticks, after.stolen_ticks);
    const Count busy = grown(before.busy_ticks, after.busy_ticks);
    const Count engine = grown(before.engine_ticks, after.engine_ticks);
    if (total && *total > 0 && stolen) {
        found.stolen_share = static_cast<double>(*stolen) / static_cast<double>(*total);
    }
    if (busy && engine && found.seconds > 0) {
        const auto ticks_a_second = static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
        const double others_s = static_cast<double>(*busy - *engine) / ticks_a_second;
        found.competing_cpus = std::max(0.0, others_s / found.seconds);
    }
    if (const Count waiting = grown(before.waiting_ns, after.waiting_ns); waiting && found.seconds > 0) {
        found.waiting_share = static_cast<double>(*waiting) / ns_per_s / found.seconds;
    }
    found.involuntary_switches = grown(before.involuntary_switches, after.involuntary_switches);
    found.major_faults = grown(before.major_faults, after.major_faults);
    found.swapped_pages = grown(before.swapped_pages, after.swapped_pages);
    found.throttled_ns = grown(before.throttled_ns, after.throttled_ns);
    found.thermal_events = grown(before.thermal_events, after.thermal_events);
    found.frequency_mhz = after.frequency_mhz;
    return found;
}

std::vector<std::string> reasons(const Disturbance& found) {
    // Waiting for a CPU is measured in nanoseconds; a quiet block has a few tenths of a percent of kernel threads.
    constexpr double noticeable_waiting = 0.05;
    constexpr double least_waiting_s = 0.005;
    constexpr double noticeable_steal = 0.02;
    // /proc/stat counts in ticks of 10 ms: of a short block a tick or two are no evidence.
    constexpr double noticeable_cpus = 0.25;
    constexpr double most_tick_error_s = 0.03;
    std::vector<std::string> all;
    if (found.waiting_share.value_or(0) > noticeable_waiting &&
        *found.waiting_share * found.seconds > least_waiting_s) {
        all.push_back("waited " + percent(*found.waiting_share) + " of the time for a CPU");
    }
    if (found.stolen_share.value_or(0) > noticeable_steal && *found.stolen_share * found.seconds > most_tick_error_s) {
        all.push_back(percent(*found.stolen_share) + " of the CPUs' time was stolen by the hypervisor");
    }
    if (found.competing_cpus.value_or(0) > noticeable_cpus &&
        *found.competing_cpus * found.seconds > most_tick_error_s) {
        all.push_back(fmt::format("others kept {:.1f} CPUs busy", *found.competing_cpus));
    }
    const auto add_count = [&](const Count& count, const char* what) {
        if (count.value_or(0) > 0) {
            all.push_back(fmt::format("{} {}", *count, what));
        }
    };
    add_count(found.major_faults, "major page faults");
    add_count(found.swapped_pages, "pages swapped");
    add_count(found.thermal_events, "thermal throttling events");
    if (found.throttled_ns.value_or(0) > 0) {
        all.push_back(
            fmt::format("out of its CPU quota for {:.0f} ms", static_cast<double>(*found.throttled_ns) / 1e6));
    }
    return all;
}

Json to_json(const Disturbance& found) {
    Json json{{"seconds", found.seconds}};
    const auto put = [&](const char* name, const auto& value) {
        if (value) {
            json[name] = *value;
        }
    };
    put("stolen_share", found.stolen_share);
    put("competing_cpus", found.competing_cpus);
    put("waiting_share", found.waiting_share);
    put("involuntary_switches", found.involuntary_switches);
    put("major_faults", found.major_faults);
    put("swapped_pages", found.swapped_pages);
    put("throttled_ns", found.throttled_ns);
    put("thermal_events", found.thermal_events);
    put("frequency_mhz", found.frequency_mhz);
    return json;
}

Disturbance disturbance_from(const Json& json, const std::string& where) {
    const auto number = [&](const char* name) {
        return checked::has(json, name) ? std::optional(checked::number_not_negative(json, name, where)) : std::nullopt;
    };
    const auto count = [&](const char* name) {
        return checked::has(json, name) ? std::optional(checked::integer(json, name, checked::not_negative, where))
                                        : std::nullopt;
    };
    Disturbance found;
    found.seconds = checked::number_not_negative(json, "seconds", where);
    found.stolen_share = number("stolen_share");
    found.competing_cpus = number("competing_cpus");
    found.waiting_share = number("waiting_share");
    found.involuntary_switches = count("involuntary_switches");
    found.major_faults = count("major_faults");
    found.swapped_pages = count("swapped_pages");
    found.throttled_ns = count("throttled_ns");
    found.thermal_events = count("thermal_events");
    found.frequency_mhz = number("frequency_mhz");
    return found;
}

bool is_asleep(int process, const fs::path& root) {
    bool is_any_running = false;
    for_each_thread(root / "proc" / std::to_string(process), [&](const fs::path& thread) {
        std::string state;
        after_name(first_line_of(thread / "stat")) >> state;
        is_any_running = is_any_running || state == "R";
    });
    return !is_any_running;
}

}  // namespace gravbench::machine
