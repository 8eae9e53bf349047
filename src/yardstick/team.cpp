#include "yardstick/team.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/clock.h"
#include "base/errors.h"

namespace gravbench::yardstick {
namespace {

/// Actively, since a thread that has to be woken starts later than the others; but where there are more threads than
/// CPUs somebody must be let in.
void wait_for(const std::atomic<int>& count, int wanted) {
    while (count.load(std::memory_order_acquire) < wanted) {
        std::this_thread::yield();
    }
}

}  // namespace

Team::Team(int threads) : begin_ns_(static_cast<std::size_t>(threads)), end_ns_(begin_ns_) {
    try {
        for (int number = 1; number < threads; ++number) {
            others_.emplace_back([this, number] { live(number); });
        }
    } catch (const std::system_error& error) {
        end();
        throw DataError(fmt::format("no {} threads for the yardstick: {}", threads, error.what()));
    }
}

Team::~Team() {
    end();
}

void Team::end() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : others_) {
        thread.join();
    }
}

void Team::live(int number) {
    for (int seen = 0;;) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return is_over_ || round_ != seen; });
            if (is_over_) {
                return;
            }
            seen = round_;
        }
        take_part(number);
    }
}

void Team::take_part(int number) {
    awake_.fetch_add(1, std::memory_order_acq_rel);
    wait_for(awake_, size());
    const auto place = static_cast<std::size_t>(number);
    begin_ns_[place] = monotonic_ns();
    (*work_)(number);
    end_ns_[place] = monotonic_ns();
    finished_.fetch_add(1, std::memory_order_acq_rel);
}

double Team::run(const std::function<void(int)>& work) {
    {
        const std::lock_guard lock(mutex_);
        work_ = &work;
        awake_ = 0;
        finished_ = 0;
        ++round_;
    }
    changed_.notify_all();
    take_part(0);
    wait_for(finished_, size());
    const std::int64_t begin = *std::min_element(begin_ns_.begin(), begin_ns_.end());
    const std::int64_t end = *std::max_element(end_ns_.begin(), end_ns_.end());
    return static_cast<double>(std::max<std::int64_t>(end - begin, 1)) / ns_per_s;
}

}  // namespace gravbench::yardstick
