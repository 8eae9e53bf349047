#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

/// Limits of the process's control group, version 2 or 1 (Linux, Documentation/admin-guide/cgroup-v2.rst and
/// cgroup-v1).
namespace gravbench::machine {

/// CPUs' worth of time that the cgroup and those above it allow; nothing where there is no limit.
std::optional<double> cpu_quota(const std::filesystem::path& root);

/// Time for which the cgroup has been out of its quota so far; nothing where the kernel does not count it.
std::optional<std::int64_t> quota_throttled_ns(const std::filesystem::path& root);

/// Bytes that the cgroup and those above it allow; nothing where there is no limit.
std::optional<std::int64_t> memory_limit(const std::filesystem::path& root);

/// CPUs that the cgroup's cpuset leaves to this process; empty where there is no cpuset or it cannot be read.
std::vector<int> cpuset_cpus(const std::filesystem::path& root);

}  // namespace gravbench::machine
