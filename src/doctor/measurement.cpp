#include "doctor/measurement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "base/clock.h"
#include "stats/quantile.h"

namespace gravbench::doctor {
namespace {

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return stats::quantile(values, 0.5);
}

/// Dependent multiplications: they take the same time whatever the caches and the compiler do.
std::uint64_t work(std::int64_t steps, std::uint64_t seed) {
    for (std::int64_t i = 0; i < steps; ++i) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    }
    return seed;
}

/// What a step takes while nobody interrupts: the fastest of several short runs.
double undisturbed_step_ns() {
    constexpr std::int64_t steps = 20000;
    volatile std::uint64_t sink = 1;
    std::int64_t fastest_ns = std::numeric_limits<std::int64_t>::max();
    for (int i = 0; i < 20; ++i) {
        const std::int64_t start = monotonic_ns();
        sink = work(steps, sink);
        fastest_ns = std::min(fastest_ns, monotonic_ns() - start);
    }
    return static_cast<double>(std::max<std::int64_t>(1, fastest_ns)) / static_cast<double>(steps);
}

std::vector<double> times_until(std::int64_t end_ns, std::int64_t steps, const std::function<bool()>& is_stopped) {
    constexpr std::size_t least = 5;
    volatile std::uint64_t sink = 1;
    std::vector<double> times;
    for (std::int64_t start = monotonic_ns(); (start < end_ns || times.size() < least) && !is_stopped();) {
        sink = work(steps, sink);
        const std::int64_t end = monotonic_ns();
        times.push_back(static_cast<double>(end - start));
        start = end;
    }
    return times;
}

}  // namespace

Timer measure_timer() {
    constexpr int batches = 200;
    constexpr int calls = 50;
    std::vector<double> costs;
    std::int64_t smallest_step = std::numeric_limits<std::int64_t>::max();
    for (int batch = 0; batch < batches; ++batch) {
        const std::int64_t start = monotonic_ns();
        std::int64_t last = start;
        for (int call = 0; call < calls; ++call) {
            const std::int64_t now = monotonic_ns();
            smallest_step = now > last ? std::min(smallest_step, now - last) : smallest_step;
            last = now;
        }
        costs.push_back(static_cast<double>(last - start) / calls);
    }
    return {median(costs), static_cast<double>(smallest_step)};
}

std::optional<Noise> noise_of(const std::vector<std::vector<double>>& times_ns, double undisturbed_ns) {
    Noise noise;
    std::vector<double> deviations;
    double gap_ns = 0;
    double total_ns = 0;
    for (const std::vector<double>& times : times_ns) {
        if (times.size() < 3) {
            return std::nullopt;
        }
        const double middle = median(times);
        for (const double time : times) {
            deviations.push_back(std::abs(time - middle) / middle);
            gap_ns = std::max(gap_ns, time - middle);
            total_ns += time;
        }
        ++noise.threads;
        noise.repetitions += static_cast<int>(times.size());
    }
    if (deviations.empty()) {
        return std::nullopt;
    }
    noise.variation = 1.4826 * median(deviations);
    noise.longest_gap_ms = gap_ns / 1e6;
    noise.slowdown = total_ns / noise.repetitions / undisturbed_ns;
    return noise;
}

std::optional<Noise> measure_noise(int threads, std::chrono::nanoseconds duration,
                                   const std::function<bool()>& is_stopped) {
    // About a short inference, and about what the kernel gives to one process before it runs the next: most shorter
    // pieces would never meet another process.
    constexpr double piece_ns = 5e6;
    const double step_ns = undisturbed_step_ns();
    const auto steps = static_cast<std::int64_t>(piece_ns / step_ns);
    const std::int64_t end_ns = monotonic_ns() + duration.count();
    std::vector<std::vector<double>> times(static_cast<std::size_t>(std::max(1, threads)));
    {
        std::vector<std::jthread> workers;
        for (std::vector<double>& own : times) {
            workers.emplace_back([&, end_ns, steps] { own = times_until(end_ns, steps, is_stopped); });
        }
    }
    return noise_of(times, piece_ns);
}

}  // namespace gravbench::doctor
