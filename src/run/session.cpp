#include "run/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/errors.h"
#include "base/text.h"

namespace gravbench::run {

using records::LaunchRecord;
using std::chrono::nanoseconds;

/// A launch that is alive, with what it still needs.
struct Session::Resident {
    std::size_t cell;
    int blocks;  ///< that it takes in all
    const Reference* reference = nullptr;
    std::unique_ptr<LiveLaunch> launch;
    bool is_over = false;
};

/// Which units of a wave may begin: asked once for each, since its cells begin together or not at all.
struct Session::WaveState {
    const Wave& wave;
    int first_round;       ///< of its blocks, which cells that are not alive together have too
    nanoseconds reserved;  ///< for audits
    std::vector<std::size_t> unit_of;
    std::vector<std::optional<bool>> may_begin;

    const plan::LaunchShape& shape_of(std::size_t cell) const { return wave.shapes[unit_of[cell]]; }

    WaveState(const Wave& of, std::size_t cells, int round, nanoseconds for_audits)
        : wave(of), first_round(round), reserved(for_audits), unit_of(cells), may_begin(of.units.size()) {
        for (std::size_t unit = 0; unit < wave.units.size(); ++unit) {
            for (const std::size_t cell : wave.units[unit]) {
                unit_of[cell] = unit;
            }
        }
    }
};

Session::Session(const plan::Plan& plan, World& world, Design& design, Keep keep, Progress& progress,
                 std::int64_t started_ns)
    : plan_(plan),
      world_(world),
      design_(design),
      keep_(std::move(keep)),
      progress_(progress),
      started_ns_(started_ns),
      expectations_(plan),
      limit_(plan.options.stopping),
      has_accuracy_(plan.cells.size()),
      has_complete_(plan.cells.size()) {
    outcome_.cells.resize(plan.cells.size());
    if (plan.options.judging.has_audit) {
        audits_.emplace(world, plan, keep_.audit);
    }
}

/// Outputs are compared in one launch of a cell, at its end. Where an interruption came before, the last launch is made
/// again.
void Session::drop_one_without_accuracy(std::vector<LaunchRecord>& launches) const {
    std::map<std::string, std::size_t> last_complete;
    std::set<std::string> compared;
    for (std::size_t i = 0; i < launches.size(); ++i) {
        if (launches[i].is_complete()) {
            last_complete[launches[i].cell] = i;
        }
        if (launches[i].accuracy) {
            compared.insert(launches[i].cell);
        }
    }
    std::vector<LaunchRecord> kept;
    for (std::size_t i = 0; i < launches.size(); ++i) {
        const auto last = last_complete.find(launches[i].cell);
        if (compared.count(launches[i].cell) != 0 || last == last_complete.end() || last->second != i) {
            kept.push_back(std::move(launches[i]));
        }
    }
    launches = std::move(kept);
}

void Session::adopt(std::vector<LaunchRecord> launches, const std::vector<records::AuditRecord>& audits) {
    if (plan_.options.judging.has_accuracy) {
        drop_one_without_accuracy(launches);
    }
    std::map<std::string, std::size_t> cells;
    for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
        cells[plan_.cells[cell].key] = cell;
    }
    for (LaunchRecord& launch : launches) {
        if (const auto found = cells.find(launch.cell); found != cells.end()) {
            take_over(found->second, std::move(launch));
        }
    }
    if (audits_) {
        audits_->adopt(audits);
    }
}

records::RunOutcome Session::run() {
    try {
        while (!is_time_over_) {
            const std::optional<Wave> wave = design_.next();
            if (!wave || !wait_for_turn()) {
                break;
            }
            measure(*wave);
        }
        audit();
    } catch (const Interrupted&) {
        outcome_.is_interrupted = true;
    }
    progress_.finish();
    explain_missing();
    return std::move(outcome_);
}

nanoseconds Session::elapsed() const {
    return nanoseconds(world_.monotonic_ns() - started_ns_);
}

std::vector<Group> Session::groups_of(const Wave& wave) const {
    std::vector<std::int64_t> needs(plan_.cells.size());
    for (const Group& unit : wave.units) {
        for (const std::size_t cell : unit) {
            const std::int64_t seen = expectations_.bytes(cell);
            needs[cell] = seen > 0 ? seen : world_.expected_bytes(plan_.cells[cell]);
        }
    }
    // An emulated engine has one block a launch, and times that mean nothing: there is nothing to interleave.
    const plan::Sampling& sampling = plan_.options.sampling;
    const double share = sampling.is_for_emulation ? 0 : sampling.resident_memory;
    const auto available = static_cast<double>(world_.available_memory_bytes());
    return groups_within(wave.units, needs, static_cast<std::int64_t>(share * available));
}

/// Where the run is spread over a time, waves begin at even distances. False where the next would begin after the end.
bool Session::wait_for_turn() {
    const plan::Stopping& stopping = plan_.options.stopping;
    const int pauses = std::max(plan_.options.sampling.launches - 1, 1);
    if (last_wave_ns_ && stopping.spread.count() > 0) {
        const std::int64_t begin_ns = *last_wave_ns_ + stopping.spread.count() / pauses;
        if (stopping.max_time && nanoseconds(begin_ns - started_ns_) > *stopping.max_time) {
            return false;
        }
        progress_.begin("the next launches (--spread)");
        world_.wait_until(begin_ns);
    }
    last_wave_ns_ = world_.monotonic_ns();
    return true;
}

void Session::measure(const Wave& wave) {
    // Time that further launches would take from the audits is not theirs: audits were asked for too.
    WaveState state(wave, plan_.cells.size(), next_round_, wave.is_extra ? audits_to_come() : nanoseconds(0));
    for (const Group& group : groups_of(wave)) {
        measure_group(group, state);
    }
}

void Session::measure_group(const Group& group, WaveState& state) {
    std::vector<Resident> residents;
    begun_ = nanoseconds(0);
    try {
        for (const std::size_t place : round_order(group.size(), plan_.options.sampling.seed, state.wave.number)) {
            if (may_begin(group[place], state)) {
                begin(group[place], state, residents);
            }
        }
        // Places are those of cells, not of who was begun first: else one order would undo the other.
        std::sort(residents.begin(), residents.end(),
                  [](const Resident& a, const Resident& b) { return a.cell < b.cell; });
        take_blocks(residents, state.first_round);
        for (Resident& resident : residents) {
            finish(resident);
        }
    } catch (const Interrupted&) {
        keep_unfinished(residents);
        throw;
    }
}

bool Session::may_begin(std::size_t cell, WaveState& state) {
    std::optional<bool>& answer = state.may_begin[state.unit_of[cell]];
    if (!answer) {
        nanoseconds expected = begun_ + state.reserved;
        for (const std::size_t other : state.wave.units[state.unit_of[cell]]) {
            expected += expectations_.launch(other, state.shape_of(other));
            expected += needs_reference(other) ? expectations_.reference() : nanoseconds(0);
        }
        answer = limit_.allows_launch(elapsed(), expected, state.wave.is_extra);
        is_time_over_ = is_time_over_ || !*answer;
    }
    return *answer;
}

void Session::begin(std::size_t index, const WaveState& state, std::vector<Resident>& residents) {
    const plan::Cell& cell = plan_.cells[index];
    progress_.begin(cell.key);
    const std::optional<const Reference*> reference = reference_for(index);
    if (!reference) {
        return;
    }
    if (state.wave.is_extra) {
        progress_.launch_expected(cell.key);
    }
    const bool is_own_audit = audits_ && plan_.options.sampling.is_for_emulation;
    const Purpose purpose = is_own_audit ? Purpose::timing_and_audit : Purpose::timing;
    const plan::LaunchShape& shape = state.shape_of(index);
    residents.push_back({index, shape.blocks, *reference, world_.launch(cell, state.wave.number, purpose, shape)});
    Resident& resident = residents.back();
    if (resident.launch->has_failed()) {
        finish(resident);
        return;
    }
    expectations_.warmed_up(index, resident.launch->record().launch);
    begun_ += expectations_.blocks(index, shape);
}

bool Session::needs_reference(std::size_t cell) const {
    return plan_.options.judging.has_accuracy && !has_accuracy_[cell];
}

/// Nullptr where none is needed; nothing where it cannot be had, and with it the cell.
std::optional<const Reference*> Session::reference_for(std::size_t cell) {
    if (!needs_reference(cell)) {
        return nullptr;
    }
    const nanoseconds begin = elapsed();
    try {
        const Reference& reference = world_.reference_for(plan_.cells[cell]);
        expectations_.reference_took(elapsed() - begin);
        return &reference;
    } catch (const EngineError& error) {
        give_up(cell, {"reference_failed", fmt::format("the launch under fp32, strict, jit none failed: {}: {}",
                                                       error.problem(), error.what())});
        return std::nullopt;
    }
}

void Session::give_up(std::size_t cell, records::Problem problem) {
    const std::string& key = plan_.cells[cell].key;
    progress_.note(fmt::format("{}: {}", key, first_line(problem.message)));
    progress_.cell_abandoned(key);
    design_.give_up(cell);
    outcome_.cells[cell].problems.push_back(std::move(problem));
}

/// The launches that take fewer blocks than others are over before these.
void Session::take_blocks(std::vector<Resident>& residents, int first_round) {
    int most = 0;
    for (const Resident& resident : residents) {
        most = std::max(most, resident.blocks);
    }
    for (int block = 0; block < most; ++block) {
        const int round = first_round + block;
        for (const std::size_t place : round_order(residents.size(), plan_.options.sampling.seed, round)) {
            if (block < residents[place].blocks) {
                take_block(residents[place], round);
            }
        }
    }
}

void Session::take_block(Resident& resident, int round) {
    if (resident.is_over) {
        return;
    }
    resident.launch->take_block(round);
    const LaunchRecord& record = resident.launch->record();
    if (record.is_complete()) {
        keep_.launch(record);
    }
    // One that cannot wait quietly disturbs all others: it ends now.
    if (record.problem || record.launch.is_restless) {
        finish(resident);
    }
}

void Session::finish(Resident& resident) {
    if (resident.is_over) {
        return;
    }
    if (resident.reference != nullptr) {
        resident.launch->compare_with(*resident.reference);
    }
    const bool is_own_audit = audits_ && plan_.options.sampling.is_for_emulation;
    if (const std::string& key = plan_.cells[resident.cell].key; is_own_audit && audits_->wants_outputs(key)) {
        audits_->keep_outputs(key, resident.launch->save_outputs());
    }
    resident.launch->finish();
    resident.is_over = true;
    LaunchRecord record = resident.launch->record();
    // Its blocks are kept already.
    if (record.problem || record.accuracy) {
        keep_.launch(record);
    }
    if (is_own_audit && record.is_complete()) {
        audits_->add(resident.launch->take_audit());
    }
    resident.launch.reset();
    progress_.launch_finished(record, nanoseconds(record.launch.busy_ns));
    take_over(resident.cell, std::move(record));
    if (design_.gives_up(resident.cell)) {
        progress_.cell_abandoned(plan_.cells[resident.cell].key);
    }
}

void Session::take_over(std::size_t cell, LaunchRecord record) {
    design_.observe(cell, record);
    if (record.is_complete()) {
        expectations_.finished(cell, record.launch);
        has_complete_[cell] = true;
    }
    has_accuracy_[cell] = has_accuracy_[cell] || record.accuracy.has_value();
    for (const records::Block& block : record.launch.blocks) {
        constexpr int most_rounds = 1 << 30;  // A journal may say anything.
        next_round_ = std::max(next_round_, std::min(block.round, most_rounds) + 1);
    }
    outcome_.cells[cell].launches.push_back(std::move(record));
}

/// The blocks that an interrupted launch has taken count, and its outputs where they were compared already.
void Session::keep_unfinished(std::vector<Resident>& residents) {
    for (Resident& resident : residents) {
        if (resident.is_over || !resident.launch->record().is_complete()) {
            continue;
        }
        keep_.launch(resident.launch->record());
        take_over(resident.cell, resident.launch->record());
    }
}

nanoseconds Session::audits_to_come() const {
    nanoseconds time{0};
    const bool is_any = audits_ && plan_.options.stopping.max_time;
    for (std::size_t cell = 0; is_any && cell < plan_.cells.size(); ++cell) {
        if (has_complete_[cell]) {
            time += expectations_.audit(cell, audits_->shape()) *
                    static_cast<std::int64_t>(audits_->launches_needed(plan_.cells[cell]));
        }
    }
    return time;
}

void Session::audit() {
    for (std::size_t i = 0; audits_ && i < plan_.cells.size(); ++i) {
        if (!has_complete_[i]) {
            continue;
        }
        const plan::Cell& cell = plan_.cells[i];
        const auto launches = static_cast<std::int64_t>(audits_->launches_needed(cell));
        const nanoseconds expected = expectations_.audit(i, audits_->shape()) * launches;
        if (launches > 0 && !limit_.allows_audit(elapsed(), expected)) {
            outcome_.cells[i].problems.push_back(
                {"not_audited", fmt::format("--max-time left no time for the audit, which takes about {}",
                                            describe_duration(expected))});
            continue;
        }
        progress_.begin("audit of " + cell.key);
        audits_->audit(cell, outcome_.cells[i]);
    }
}

/// Says of each cell that lacks launches why it does.
void Session::explain_missing() {
    const int planned = plan_.options.sampling.launches;
    for (std::size_t i = 0; i < plan_.cells.size(); ++i) {
        records::CellOutcome& outcome = outcome_.cells[i];
        const auto launches = static_cast<int>(outcome.launches.size());
        if (design_.gives_up(i) || launches >= planned) {
            continue;
        }
        if (outcome_.is_interrupted) {
            outcome.problems.push_back(
                {"interrupted",
                 launches == 0 ? std::string("the run was interrupted before its first launch")
                               : fmt::format("the run was interrupted after {} of {} launches", launches, planned)});
        } else if (launches == 0) {
            outcome.problems.push_back({"not_measured", "--max-time left no time for its first launch"});
        }
    }
}

}  // namespace gravbench::run
