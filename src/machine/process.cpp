#include "machine/process.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include "machine/host_files.h"

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

/// "4711 (a name) S 1 ...": the name may hold blanks and brackets.
std::optional<ProcessTime> parse_stat(const std::string& stat) {
    const auto name_start = stat.find('(');
    const auto name_end = stat.rfind(')');
    if (name_start == std::string::npos || name_end == std::string::npos || name_end < name_start) {
        return std::nullopt;
    }
    std::istringstream fields(stat.substr(name_end + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
        fields >> skipped;
    }
    std::int64_t user = 0;
    std::int64_t system = 0;
    fields >> user >> system;
    return ProcessTime{stat.substr(name_start + 1, name_end - name_start - 1), user + system};
}

/// From schedstat, in nanoseconds, or from stat, in the kernel's ticks, where the kernel keeps no schedstat.
std::int64_t cpu_ns_of(const fs::path& thread) {
    if (const auto ns = leading_integer(first_line_of(thread / "schedstat"))) {
        return *ns;
    }
    const auto time = parse_stat(first_line_of(thread / "stat"));
    const auto ticks_a_second = std::max(1L, ::sysconf(_SC_CLK_TCK));
    return time ? time->ticks * (1000000000 / ticks_a_second) : 0;
}

std::int64_t huge_page_bytes_of(const fs::path& process) {
    for (const std::string& line : lines_of(process / "smaps_rollup")) {
        if (line.rfind("AnonHugePages:", 0) == 0) {
            return leading_integer(std::string(without_blanks(line.substr(14)))).value_or(0) << 10;
        }
    }
    return 0;
}

std::vector<std::string> libraries_of(const fs::path& process) {
    std::set<std::string> found;
    for (const std::string& line : lines_of(process / "maps")) {
        const auto path = line.find('/');
        if (path != std::string::npos && line.find(".so", path) != std::string::npos) {
            found.insert(line.substr(path));
        }
    }
    return {found.begin(), found.end()};
}

}  // namespace

Process read_process(int process, const fs::path& root) {
    const fs::path folder = root / "proc" / std::to_string(process);
    Process view;
    std::error_code error;
    for (fs::directory_iterator thread(folder / "task", error), end; !error && thread != end; thread.increment(error)) {
        if (const auto id = leading_integer(thread->path().filename().string())) {
            view.thread_cpu_ns[static_cast<int>(*id)] = cpu_ns_of(thread->path());
        }
    }
    view.huge_page_bytes = huge_page_bytes_of(folder);
    view.libraries = libraries_of(folder);
    return view;
}

std::map<int, ProcessTime> process_times(const fs::path& root) {
    std::map<int, ProcessTime> times;
    std::error_code error;
    for (fs::directory_iterator entry(root / "proc", error), end; !error && entry != end; entry.increment(error)) {
        const auto id = leading_integer(entry->path().filename().string());
        if (const auto time = id ? parse_stat(first_line_of(entry->path() / "stat")) : std::nullopt) {
            times[static_cast<int>(*id)] = *time;
        }
    }
    return times;
}

int busy_threads(const Process& before, const Process& after) {
    std::vector<std::int64_t> spent;
    for (const auto& [thread, cpu_ns] : after.thread_cpu_ns) {
        const auto earlier = before.thread_cpu_ns.find(thread);
        spent.push_back(cpu_ns - (earlier == before.thread_cpu_ns.end() ? 0 : earlier->second));
    }
    const std::int64_t longest = spent.empty() ? 0 : *std::max_element(spent.begin(), spent.end());
    constexpr std::int64_t tellable_ns = 10000000;
    return longest < tellable_ns ? 0 : static_cast<int>(std::count_if(spent.begin(), spent.end(), [&](std::int64_t ns) {
        return ns >= longest / 10;
    }));
}

}  // namespace gravbench::machine
