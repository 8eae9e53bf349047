#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "machine/yardstick.h"
#include "plan/option.h"
#include "run/engine_process.h"

namespace gravbench::run {

/// Of a run's time, which readings may take where nobody asked for them.
inline constexpr double yardstick_share = 0.02;

/// Readings of gravbench-yardstick between a run's blocks. It is started at the first reading; where it cannot be had,
/// there are none, and the run goes on.
class Yardstick {
  public:
    struct Options {
        std::filesystem::path program;
        int most_threads = 1;
        std::filesystem::path work_folder;  ///< for its log
        int stop_descriptor = -1;
        plan::YardstickUse use = plan::YardstickUse::within_its_share;
        std::chrono::nanoseconds timeout = std::chrono::seconds(10);
        /// Of the command: what may take longer is not begun.
        std::optional<std::chrono::nanoseconds> most_time = {};
    };

    /// `began_ns` is when the command began, by monotonic_ns(): its share is of the time since then.
    Yardstick(Options options, std::int64_t began_ns);
    ~Yardstick();
    Yardstick(const Yardstick&) = delete;
    Yardstick& operator=(const Yardstick&) = delete;

    /// With that many threads, each on one of these CPUs where there are some; nothing where its share does not allow
    /// one now, or it cannot be had. Throws Interrupted.
    std::optional<machine::YardstickReading> read(int threads, const std::vector<int>& cpus = {});
    /// What a library reaches, with each number of threads that was read; asked only where readings come after every
    /// block. For after the last launch, since it takes all cores. An interruption ends it, and is not thrown: all else
    /// is measured then.
    std::vector<machine::PracticalPeaks> practical_peaks();
    /// Why one is missing; empty where none is.
    const std::string& practical_trouble() const { return practical_trouble_; }
    /// Nothing before the first reading.
    const std::optional<machine::YardstickDescription>& description() const { return description_; }
    /// Why there are no readings; empty where nothing is wrong.
    const std::string& trouble() const { return trouble_; }

  private:
    struct Process;

    bool is_affordable(std::chrono::nanoseconds expected) const;
    std::filesystem::path log() const;
    void start();
    Json ask(const Json& request, std::chrono::nanoseconds timeout);
    machine::PracticalPeaks ask_practical(int threads);

    Options options_;
    std::int64_t began_ns_;
    std::chrono::nanoseconds spent_{0};
    std::chrono::nanoseconds last_{0};  ///< what the last reading took
    std::unique_ptr<Process> process_;
    std::optional<machine::YardstickDescription> description_;
    std::set<int> threads_read_;
    std::string trouble_;
    std::string practical_trouble_;
};

}  // namespace gravbench::run
