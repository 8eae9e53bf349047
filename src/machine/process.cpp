#include "machine/process.h"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "machine/host_files.h"

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

/// From schedstat, in nanoseconds, or from stat, in the kernel's ticks, where the kernel keeps no schedstat.
std::int64_t cpu_ns_of(const fs::path& thread) {
    if (const auto ns = leading_integer(first_line_of(thread / "schedstat"))) {
        return *ns;
    }
    const std::string stat = first_line_of(thread / "stat");
    const auto name_end = stat.rfind(')');  // The name before it may hold blanks.
    if (name_end == std::string::npos) {
        return 0;
    }
    std::istringstream fields(stat.substr(name_end + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
        fields >> skipped;
    }
    std::int64_t user = 0;
    std::int64_t system = 0;
    fields >> user >> system;
    const auto ticks_a_second = std::max(1L, ::sysconf(_SC_CLK_TCK));
    return (user + system) * (1000000000 / ticks_a_second);
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
