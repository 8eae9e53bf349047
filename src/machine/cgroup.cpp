#include "machine/cgroup.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "machine/host_files.h"
#include "machine/machine.h"

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

/// The path of this process's group in the hierarchy of a controller; "" stands for version 2.
std::string group_path(const fs::path& root, const std::string& controller) {
    for (const std::string& line : lines_of(root / "proc/self/cgroup")) {
        // "0::/user.slice", "4:cpu,cpuacct:/docker/3f2a": number, controllers, path
        const auto first = line.find(':');
        const auto second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) {
            continue;
        }
        const auto controllers = split(line.substr(first + 1, second - first - 1), ',');
        if (std::find(controllers.begin(), controllers.end(), controller) != controllers.end()) {
            return line.substr(second + 1);
        }
    }
    return "/";
}

/// The group's folder and those above it, the nearest first. In a container the path may be the host's, which does not
/// exist inside; then only the mount itself does, which is the container's group.
std::vector<fs::path> group_folders(const fs::path& mount, const std::string& path) {
    std::vector<fs::path> folders;
    fs::path relative;
    folders.push_back(mount);
    for (const fs::path& part : fs::path(path).relative_path().lexically_normal()) {
        if (part == "..") {  // outside the cgroup namespace
            return {mount};
        }
        relative /= part;
        folders.insert(folders.begin(), mount / relative);
    }
    return folders;
}

std::vector<fs::path> unified_folders(const fs::path& root) {
    const fs::path mount = root / "sys/fs/cgroup";
    std::error_code ignored;
    const bool is_hybrid = fs::is_directory(mount / "unified", ignored);
    return group_folders(is_hybrid ? mount / "unified" : mount, group_path(root, ""));
}

/// "150000 100000" is 1.5, "max 100000" is no limit, and so is a quota of -1.
std::optional<double> quota_of(const std::string& quota_and_period) {
    std::istringstream stream(quota_and_period);
    double quota = 0;
    double period = 0;
    const bool is_limit = (stream >> quota >> period) && quota > 0 && period > 0;
    return is_limit ? std::optional(quota / period) : std::nullopt;
}

std::vector<std::string> quota_texts(const fs::path& root) {
    std::vector<std::string> texts;
    for (const fs::path& folder : unified_folders(root)) {
        texts.push_back(first_line_of(folder / "cpu.max"));
    }
    for (const fs::path& folder : group_folders(root / "sys/fs/cgroup/cpu", group_path(root, "cpu"))) {
        texts.push_back(first_line_of(folder / "cpu.cfs_quota_us") + " " + first_line_of(folder / "cpu.cfs_period_us"));
    }
    return texts;
}

/// A line "name 12" of a file of counters.
std::optional<std::int64_t> counter(const fs::path& path, const std::string& name) {
    for (const std::string& line : lines_of(path)) {
        if (line.rfind(name + " ", 0) == 0) {
            return leading_integer(line.substr(name.size() + 1));
        }
    }
    return std::nullopt;
}

std::int64_t kills_in_cgroup(const fs::path& root) {
    for (const fs::path& folder : unified_folders(root)) {
        if (const auto kills = counter(folder / "memory.events", "oom_kill")) {
            return *kills;
        }
    }
    return 0;
}

std::vector<fs::path> memory_limit_files(const fs::path& root) {
    std::vector<fs::path> files;
    for (const fs::path& folder : unified_folders(root)) {
        files.push_back(folder / "memory.max");
    }
    for (const fs::path& folder : group_folders(root / "sys/fs/cgroup/memory", group_path(root, "memory"))) {
        files.push_back(folder / "memory.limit_in_bytes");
    }
    return files;
}

std::vector<fs::path> cpuset_files(const fs::path& root) {
    std::vector<fs::path> files;
    for (const fs::path& folder : unified_folders(root)) {
        files.push_back(folder / "cpuset.cpus.effective");
    }
    for (const fs::path& folder : group_folders(root / "sys/fs/cgroup/cpuset", group_path(root, "cpuset"))) {
        files.push_back(folder / "cpuset.effective_cpus");
    }
    return files;
}

}  // namespace

std::optional<std::int64_t> memory_limit(const fs::path& root) {
    // Version 1 says "none" by the largest multiple of a page; no machine has a part of that.
    constexpr std::int64_t no_limit = std::int64_t{1} << 60;
    std::optional<std::int64_t> lowest;
    for (const fs::path& file : memory_limit_files(root)) {
        const auto limit = leading_integer(first_line_of(file));
        if (limit && *limit > 0 && *limit < no_limit) {
            lowest = std::min(lowest.value_or(*limit), *limit);
        }
    }
    return lowest;
}

std::vector<int> cpuset_cpus(const fs::path& root) {
    for (const fs::path& file : cpuset_files(root)) {
        // The nearest group that has one: what is effective there already holds the limits of those above.
        if (std::vector<int> cpus = parse_cpu_list(first_line_of(file)); !cpus.empty()) {
            return cpus;
        }
    }
    return {};
}

std::optional<std::int64_t> quota_throttled_ns(const fs::path& root) {
    constexpr std::int64_t ns_per_us = 1000;
    for (const fs::path& folder : unified_folders(root)) {
        if (const auto throttled_us = counter(folder / "cpu.stat", "throttled_usec")) {
            return *throttled_us * ns_per_us;
        }
    }
    for (const fs::path& folder : group_folders(root / "sys/fs/cgroup/cpu", group_path(root, "cpu"))) {
        if (const auto throttled_ns = counter(folder / "cpu.stat", "throttled_time")) {
            return *throttled_ns;
        }
    }
    return std::nullopt;
}

std::optional<double> cpu_quota(const fs::path& root) {
    std::optional<double> lowest;
    for (const std::string& text : quota_texts(root)) {
        if (const auto quota = quota_of(text)) {
            lowest = std::min(lowest.value_or(*quota), *quota);
        }
    }
    return lowest;
}

std::int64_t out_of_memory_kills(const fs::path& root) {
    return counter(root / "proc/vmstat", "oom_kill").value_or(0) + kills_in_cgroup(root);
}

}  // namespace gravbench::machine
