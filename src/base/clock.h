#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace gravbench {

inline constexpr double ns_per_s = 1e9;

/// Nanoseconds since some moment before the process began, on the clock that no one sets.
inline std::int64_t monotonic_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// The current date and time as 2026-11-23T09:00:35Z.
std::string utc_now();

/// Reads "500ms", "2s", "1.5m", "1h", or a bare number of seconds. Throws UsageError naming `what`.
std::chrono::nanoseconds parse_duration(const std::string& text, const std::string& what);

/// "0.8 s", "35 s", "4 min 10 s", "2 h 5 min".
std::string describe_duration(std::chrono::nanoseconds duration);

}  // namespace gravbench
