#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "records/cell_outcome.h"
#include "run/audits.h"
#include "run/design.h"
#include "run/expectations.h"
#include "run/progress.h"
#include "run/world.h"

namespace gravbench::run {

/// Where records go as soon as they are there: to the journal.
struct Keep {
    std::function<void(const records::LaunchRecord&)> launch;
    std::function<void(const records::AuditRecord&)> audit;
};

/// The life of a run: it starts the launches that its design asks for, interleaves their blocks, compares outputs with
/// references, keeps records after each block, and audits what was measured. It decides nothing about what is measured.
///
/// The launches of a wave that fit into memory together are alive at once and take their blocks in rounds, in an order
/// that is shuffled anew for each. None begins that is not expected to end within --max-time, and then no further wave
/// does; audits for which no time is left are dropped.
class Session {
  public:
    /// `started_ns` is when the command began, on the world's clock: all the time since then counts.
    Session(const plan::Plan& plan, World& world, Design& design, Keep keep, Progress& progress,
            std::int64_t started_ns);

    /// Takes over what an interrupted run has measured. Before run().
    void adopt(std::vector<records::LaunchRecord> launches, const std::vector<records::AuditRecord>& audits);

    /// Measures. One outcome for each of the plan's cells. Once.
    records::RunOutcome run();

  private:
    struct Resident;
    struct WaveState;

    std::chrono::nanoseconds elapsed() const;
    std::vector<Group> groups_of(const Wave& wave) const;
    bool wait_for_turn();
    void measure(const Wave& wave);
    void measure_group(const Group& group, WaveState& state);
    bool may_begin(std::size_t cell, WaveState& state);
    void begin(std::size_t cell, const WaveState& state, std::vector<Resident>& residents);
    bool needs_reference(std::size_t cell) const;
    std::optional<const Reference*> reference_for(std::size_t cell);
    void take_blocks(std::vector<Resident>& residents, int first_round);
    void take_block(Resident& resident, int round);
    void finish(Resident& resident);
    void drop_one_without_accuracy(std::vector<records::LaunchRecord>& launches) const;
    void take_over(std::size_t cell, records::LaunchRecord record);
    void keep_unfinished(std::vector<Resident>& residents);
    void give_up(std::size_t cell, records::Problem problem);
    std::chrono::nanoseconds audits_to_come() const;
    void audit();
    void explain_missing();

    const plan::Plan& plan_;
    World& world_;
    Design& design_;
    Keep keep_;
    Progress& progress_;
    std::int64_t started_ns_;
    std::optional<Audits> audits_;
    Expectations expectations_;
    TimeLimit limit_;
    records::RunOutcome outcome_;
    std::vector<bool> has_accuracy_;
    std::vector<bool> has_complete_;
    int next_round_ = 0;                        ///< of the next wave's blocks
    std::optional<std::int64_t> last_wave_ns_;  ///< when it began
    std::chrono::nanoseconds begun_{0};         ///< what the blocks of this group's launches will take
    bool is_time_over_ = false;
};

}  // namespace gravbench::run
