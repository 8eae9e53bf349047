#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "figures/precision.h"
#include "run/design.h"
#include "run/launch.h"
#include "run/session.h"
#include "run/world.h"

/// A world without processes: its clock moves only while an engine would work, and its engines do as a test says.
namespace gravbench::run {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// What happens to a session's calls, in the order in which they happen.
struct Event {
    enum class Kind { start, block, compare, finish, reference, audit, wait };
    Kind kind;
    std::string cell;
    int number = 0;
    int round = -1;
    std::int64_t time_ns = 0;
};

class SimulatedWorld final : public World {
  public:
    nanoseconds start_takes = milliseconds(300);
    nanoseconds finish_takes = milliseconds(5);
    nanoseconds reference_takes = milliseconds(300);
    std::int64_t memory_bytes = std::int64_t{64} << 30;
    std::int64_t bytes_of_engine = std::int64_t{1} << 30;
    /// The latency of a launch's inferences in ms.
    std::function<double(const std::string& cell, int number)> latency = [](const std::string&, int) { return 10.0; };
    /// The code of the problem with which it fails, at this event.
    std::function<std::optional<std::string>(const Event& event)> fails = [](const Event&) { return std::nullopt; };
    /// Whether Ctrl-C comes while this goes on.
    std::function<bool(const Event& event)> interrupts = [](const Event&) { return false; };
    std::function<bool(const Event& event)> is_restless = [](const Event&) { return false; };
    /// What a launch writes where its outputs are asked for; nothing by default.
    std::function<std::optional<std::filesystem::path>(const std::string& cell)> outputs = [](const std::string&) {
        return std::nullopt;
    };

    std::vector<Event> events;
    std::size_t alive = 0;
    std::size_t most_alive = 0;
    std::int64_t now_ns = 1000;

    std::size_t count(Event::Kind kind, const std::string& cell = "") const {
        return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](const Event& event) {
            return event.kind == kind && (cell.empty() || event.cell == cell);
        }));
    }

    std::int64_t monotonic_ns() const override { return now_ns; }
    void wait_until(std::int64_t time_ns) override {
        now_ns = std::max(now_ns, time_ns);
        if (interrupts({Event::Kind::wait, "", 0})) {
            throw Interrupted();
        }
    }
    std::int64_t available_memory_bytes() const override { return memory_bytes; }
    std::int64_t expected_bytes(const plan::Cell&) const override { return bytes_of_engine; }
    std::unique_ptr<LiveLaunch> launch(const plan::Cell& cell, int number, Purpose purpose,
                                       const plan::LaunchShape& shape) override;

    const Reference& reference_for(const plan::Cell& cell) override {
        happen({Event::Kind::reference, cell.key}, reference_takes);
        return reference_;
    }

    /// Notes the event. Throws Interrupted or EngineError where the test says so.
    void happen(const Event& event, nanoseconds takes) {
        events.push_back(event);
        events.back().time_ns = now_ns;
        if (interrupts(event)) {
            throw Interrupted();
        }
        now_ns += takes.count();
        if (const auto problem = fails(event)) {
            throw EngineError(*problem, "it went wrong");
        }
    }

  private:
    Reference reference_;
};

class SimulatedLaunch final : public LiveLaunch {
  public:
    SimulatedLaunch(SimulatedWorld& world, const plan::Cell& cell, int number, Purpose purpose,
                    const plan::LaunchShape& shape)
        : world_(world), is_audit_(purpose == Purpose::audit) {
        record_.cell = cell.key;
        record_.launch.number = number;
        record_.launch.shape = shape;
        attempt(is_audit_ ? Event::Kind::audit : Event::Kind::start, -1, world.start_takes);
        ++world_.alive;
        world_.most_alive = std::max(world_.most_alive, world_.alive);
    }
    ~SimulatedLaunch() override { --world_.alive; }
    SimulatedLaunch(const SimulatedLaunch&) = delete;
    SimulatedLaunch& operator=(const SimulatedLaunch&) = delete;

    void take_block(int round) override {
        const double latency = world_.latency(record_.cell, record_.launch.number);
        const plan::BlockLength& length = record_.launch.shape->block;
        const auto latency_ns = static_cast<std::int64_t>(latency * 1e6);
        const nanoseconds takes = length.iterations ? nanoseconds(*length.iterations * latency_ns) : length.duration;
        if (!attempt(Event::Kind::block, round, is_audit_ ? milliseconds(10) : takes)) {
            return;
        }
        records::Block block;
        block.samples_ns.assign(static_cast<std::size_t>(length.iterations.value_or(5)), latency_ns);
        block.wall_ns = takes.count();
        block.round = round;
        record_.launch.blocks.push_back(std::move(block));
        record_.launch.peak_rss_bytes = world_.bytes_of_engine;
        record_.launch.is_restless =
            world_.is_restless({Event::Kind::block, record_.cell, record_.launch.number, round});
    }
    void compare_with(const Reference&) override {
        if (attempt(Event::Kind::compare, -1, milliseconds(1))) {
            record_.accuracy = records::Accuracy{};
        }
    }
    std::optional<std::filesystem::path> save_outputs() override { return world_.outputs(record_.cell); }
    void finish() override { attempt(Event::Kind::finish, -1, world_.finish_takes); }
    const records::LaunchRecord& record() const override { return record_; }
    records::AuditRecord take_audit() override {
        records::AuditRecord audit;
        audit.cell = record_.cell;
        audit.problem = record_.problem;
        return audit;
    }

  private:
    bool attempt(Event::Kind kind, int round, nanoseconds takes) {
        if (has_failed()) {
            return false;
        }
        try {
            world_.happen({kind, record_.cell, record_.launch.number, round}, takes);
        } catch (const EngineError& error) {
            record_.problem = records::Problem{error.problem(), error.what()};
            record_.launch.blocks.clear();
        }
        record_.launch.busy_ns += takes.count();
        return !has_failed();
    }

    SimulatedWorld& world_;
    bool is_audit_;
    records::LaunchRecord record_;
};

inline std::unique_ptr<LiveLaunch> SimulatedWorld::launch(const plan::Cell& cell, int number, Purpose purpose,
                                                          const plan::LaunchShape& shape) {
    return std::make_unique<SimulatedLaunch>(*this, cell, number, purpose, shape);
}

/// A plan of cells "a0", "a1", ... without accuracy or audit: two blocks of 500 ms a launch.
inline plan::Plan plan_of(std::size_t cells, int launches = 5) {
    plan::Plan plan;
    for (std::size_t i = 0; i < cells; ++i) {
        plan::Cell cell;
        cell.key = "a" + std::to_string(i);
        plan.cells.push_back(std::move(cell));
    }
    plan.options.sampling.launches = launches;
    plan.options.given = {"blocks", "duration"};
    plan.options.judging.has_accuracy = false;
    plan.options.judging.has_audit = false;
    return plan;
}

/// The same cells as pairs: (a0, a1), (a2, a3), ...
inline plan::Plan pairs_of(std::size_t pairs, int launches = 5) {
    plan::Plan plan = plan_of(2 * pairs, launches);
    for (std::size_t i = 0; i < pairs; ++i) {
        plan.versus.push_back({2 * i, 2 * i + 1});
    }
    plan.options.versus = plan::RunOptions::same_settings;
    return plan;
}

/// A launch that was measured before.
inline records::LaunchRecord record_of(const std::string& cell, int number, double latency_ms = 10) {
    records::LaunchRecord record;
    record.cell = cell;
    record.launch.number = number;
    record.launch.busy_ns = 1'300'000'000;
    const auto latency_ns = static_cast<std::int64_t>(latency_ms * 1e6);
    record.launch.blocks.push_back({std::vector<std::int64_t>(5, latency_ns), 5 * latency_ns});
    return record;
}

inline records::LaunchRecord failed_record_of(const std::string& cell, int number) {
    records::LaunchRecord record = record_of(cell, number);
    record.launch.blocks.clear();
    record.problem = records::Problem{"engine_crashed", "it went wrong"};
    return record;
}

}  // namespace gravbench::run
