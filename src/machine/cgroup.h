#pragma once

#include <filesystem>
#include <optional>

/// Limits of the process's control group, version 2 or 1 (Linux, Documentation/admin-guide/cgroup-v2.rst and
/// cgroup-v1).
namespace gravbench::machine {

/// CPUs' worth of time that the cgroup and those above it allow; nothing where there is no limit.
std::optional<double> cpu_quota(const std::filesystem::path& root);

}  // namespace gravbench::machine
