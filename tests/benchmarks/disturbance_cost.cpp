// What counting disturbances adds to a block of the default length: the counters are read once before it and once
// after.
//
//   disturbance_cost [THREADS]     of the process that is looked at; default 3, an engine's on two cores
//
// Exits with 1 where the fastest tenth of readings takes more than a thousandth of the block: what is slower waited for
// a CPU.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "machine/disturbance.h"
#include "plan/option.h"
#include "stats/quantile.h"

namespace {

/// Threads that wait, as an engine's do between two blocks.
class WaitingThreads {
  public:
    explicit WaitingThreads(int count) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this] {
                std::unique_lock lock(mutex_);
                may_end_.wait(lock, [this] { return is_over_; });
            });
        }
    }
    ~WaitingThreads() {
        {
            const std::lock_guard lock(mutex_);
            is_over_ = true;
        }
        may_end_.notify_all();
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    WaitingThreads(const WaitingThreads&) = delete;
    WaitingThreads& operator=(const WaitingThreads&) = delete;

  private:
    std::mutex mutex_;
    std::condition_variable may_end_;
    bool is_over_ = false;
    std::vector<std::thread> threads_;
};

std::vector<double> two_readings_ns(int count, const std::vector<int>& cpus) {
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
        const auto start = gravbench::monotonic_ns();
        gravbench::machine::read_disturbance_counters(cpus, ::getpid());
        gravbench::machine::read_disturbance_counters(cpus, ::getpid());
        times.push_back(static_cast<double>(gravbench::monotonic_ns() - start));
    }
    std::sort(times.begin(), times.end());
    return times;
}

}  // namespace

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::max(0, std::atoi(argv[1])) : 3;
    constexpr int readings = 200;
    constexpr double most = 0.001;
    const WaitingThreads waiting(threads);
    std::vector<int> cpus(std::max(1U, std::thread::hardware_concurrency()));
    std::iota(cpus.begin(), cpus.end(), 0);

    const std::vector<double> times = two_readings_ns(readings, cpus);
    const auto block_ns = static_cast<double>(gravbench::plan::Sampling().shape.block.duration.count());
    const auto share = [&](double probability) { return gravbench::stats::quantile(times, probability) / block_ns; };
    fmt::print(
        "counting disturbances of {} threads takes {:.3f}% of a block (a tenth of times {:.3f}% or less, a tenth "
        "{:.3f}% or more)\n",
        threads, 100 * share(0.5), 100 * share(0.1), 100 * share(0.9));
    return share(0.1) <= most ? 0 : 1;
}
