#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace gravbench::doctor {

/// What a look at the clock costs, and the least that it can tell apart.
struct Timer {
    double cost_ns = 0;
    double resolution_ns = 0;
};
Timer measure_timer();

/// How evenly a fixed piece of work was done, over and over, in one thread for each core.
struct Noise {
    int threads = 0;
    int repetitions = 0;
    /// Spread of the pieces' times over their median, each thread by its own: the median absolute deviation times
    /// 1.4826, which is a coefficient of variation where times are normal, and which no single outlier moves.
    double variation = 0;
    /// The pieces' mean time over that of the same work undisturbed, in one thread: 2 where half of the time is lost.
    double slowdown = 1;
    /// The most that a piece took beyond its thread's median: somebody else ran there for as long.
    double longest_gap_ms = 0;
};

/// From the pieces' times, a list for each thread, and the time of one undisturbed, all in nanoseconds. Nothing where a
/// thread has fewer than 3.
std::optional<Noise> noise_of(const std::vector<std::vector<double>>& times_ns, double undisturbed_ns);

/// Keeps `threads` threads busy for about that long, or until `is_stopped` says so, which every thread asks between two
/// pieces.
std::optional<Noise> measure_noise(
    int threads, std::chrono::nanoseconds duration, const std::function<bool()>& is_stopped = [] { return false; });

}  // namespace gravbench::doctor
