#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gravbench::yardstick {

/// Threads that do the same work at the same time. Between two pieces of work they sleep.
class Team {
  public:
    /// The caller is one of them. At least 1. Throws DataError where there are not as many.
    explicit Team(int threads);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    int size() const { return static_cast<int>(others_.size()) + 1; }

    /// Every thread does work(its number) once all of them are awake. Gives the seconds from the start of the first to
    /// the end of the last.
    double run(const std::function<void(int)>& work);

  private:
    void end();
    void live(int number);
    void take_part(int number);

    std::mutex mutex_;
    std::condition_variable changed_;
    int round_ = 0;
    bool is_over_ = false;
    const std::function<void(int)>* work_ = nullptr;
    std::atomic<int> awake_ = 0;
    std::atomic<int> finished_ = 0;
    std::vector<std::int64_t> begin_ns_;
    std::vector<std::int64_t> end_ns_;
    std::vector<std::thread> others_;
};

}  // namespace gravbench::yardstick
