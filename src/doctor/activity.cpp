#include "doctor/activity.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <sstream>

#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

namespace fs = std::filesystem;

/// "cpu3 1 2 3 4 5 6 7 8 ...": user, nice, system, idle, iowait, irq, softirq, steal (Linux, proc_stat(5)).
void add_cpu(Counters& counters, const std::string& line) {
    std::istringstream fields(line);
    std::string name;
    std::int64_t user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupt = 0, soft_interrupt = 0, stolen = 0;
    if (fields >> name >> user >> nice >> system >> idle >> waiting >> interrupt >> soft_interrupt >> stolen) {
        const std::int64_t busy = user + nice + system + interrupt + soft_interrupt;
        ++counters.cpus;
        counters.busy += busy;
        counters.stolen += stolen;
        counters.total += busy + idle + waiting + stolen;
    }
}

std::int64_t swapped_pages(const fs::path& root) {
    std::int64_t pages = 0;
    for (const std::string& line : machine::lines_of(root / "proc/vmstat")) {
        if (line.rfind("pswpin ", 0) == 0 || line.rfind("pswpout ", 0) == 0) {
            pages += machine::leading_integer(line.substr(line.find(' ') + 1)).value_or(0);
        }
    }
    return pages;
}

std::int64_t grown(const Counters& before, const Counters& after, std::int64_t Counters::*counter) {
    return std::max<std::int64_t>(0, after.*counter - before.*counter);
}

std::int64_t ticks_of(const Counters& before, int id, const machine::ProcessTime& now) {
    const auto earlier = before.processes.find(id);
    return std::max<std::int64_t>(0, now.ticks - (earlier == before.processes.end() ? 0 : earlier->second.ticks));
}

}  // namespace

Counters read_counters(const std::vector<int>& cpus, const fs::path& root) {
    Counters counters;
    for (const std::string& line : machine::lines_of(root / "proc/stat")) {
        const auto number =
            line.rfind("cpu", 0) == 0 ? machine::leading_integer(line.substr(3, line.find(' ') - 3)) : std::nullopt;
        if (number && std::find(cpus.begin(), cpus.end(), *number) != cpus.end()) {
            add_cpu(counters, line);
        }
    }
    counters.swapped_pages = swapped_pages(root);
    counters.processes = machine::process_times(root);
    return counters;
}

bool wait_quietly(std::chrono::nanoseconds duration, int stop_descriptor) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + duration;
    pollfd stop{stop_descriptor, POLLIN, 0};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        const int ready = ::poll(&stop, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3600000)));
        if (ready > 0) {
            return false;
        }
        // A signal ends the wait as well, with EINTR: its handler has written by then, and the next look shows it.
        const bool is_interrupted = ready < 0 && errno == EINTR;
        if (!is_interrupted && (ready < 0 || Clock::now() >= deadline)) {
            return true;
        }
    }
}

Activity activity_between(const Counters& before, const Counters& after, int own) {
    Activity activity;
    activity.swapped_pages = grown(before, after, &Counters::swapped_pages);
    activity.cpus = after.cpus;
    activity.ticks = grown(before, after, &Counters::total);
    if (activity.ticks == 0 || after.cpus == 0) {
        return activity;
    }
    const double ticks_of_one_cpu = static_cast<double>(activity.ticks) / after.cpus;
    const auto cpus = [&](std::int64_t ticks) { return static_cast<double>(ticks) / ticks_of_one_cpu; };
    activity.stolen_share =
        static_cast<double>(grown(before, after, &Counters::stolen)) / static_cast<double>(activity.ticks);
    activity.competing_cpus = cpus(grown(before, after, &Counters::busy));
    for (const auto& [id, time] : after.processes) {
        const double share = cpus(ticks_of(before, id, time));
        if (id == own) {
            activity.competing_cpus = std::max(0.0, activity.competing_cpus - share);
        } else if (share >= 0.1) {
            activity.busiest.push_back({id, time.name, share});
        }
    }
    std::sort(activity.busiest.begin(), activity.busiest.end(),
              [](const BusyProcess& a, const BusyProcess& b) { return a.cpus > b.cpus; });
    activity.busiest.resize(std::min<std::size_t>(activity.busiest.size(), 3));
    return activity;
}

}  // namespace gravbench::doctor
