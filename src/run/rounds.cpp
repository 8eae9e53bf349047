#include "run/rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>

#include "base/clock.h"
#include "base/errors.h"
#include "machine/machine.h"
#include "results/precision.h"
#include "run/profile.h"

namespace gravbench::run {
namespace {

using results::CellOutcome;
using results::LaunchRecord;

bool has_complete_launch(const CellOutcome& outcome) {
    return std::any_of(outcome.launches.begin(), outcome.launches.end(),
                       [](const LaunchRecord& launch) { return launch.is_complete(); });
}

/// One that has only failed will fail again; one that has succeeded may go on.
bool is_abandoned(const CellOutcome& outcome) {
    return !outcome.problems.empty() || (!outcome.launches.empty() && !has_complete_launch(outcome));
}

bool has_launch(const CellOutcome& outcome, int number) {
    return std::any_of(outcome.launches.begin(), outcome.launches.end(),
                       [&](const LaunchRecord& launch) { return launch.number == number; });
}

bool has_accuracy(const CellOutcome& outcome) {
    return std::any_of(outcome.launches.begin(), outcome.launches.end(),
                       [](const LaunchRecord& launch) { return !launch.accuracy.is_null(); });
}

/// A launch that is alive, with what it still needs.
struct Resident {
    std::size_t cell;
    const Reference* reference = nullptr;
    std::unique_ptr<Profile> profile;
    std::unique_ptr<Launch> launch;
    std::int64_t begin_ns = 0;
    bool is_finished = false;
};

/// What an engine takes before anybody has seen it: the weights, once more while they are read, and the libraries.
std::int64_t expected_bytes(const plan::Model& model, const plan::Cell& cell) {
    std::error_code ignored;
    const auto file = std::filesystem::file_size(model.files.at(cell.dtype()).path, ignored);
    return (std::int64_t{512} << 20) + (ignored ? 0 : 3 * static_cast<std::int64_t>(file));
}

class Run {
  public:
    Run(const plan::Plan& plan, const LaunchContext& context, References* references, Audits* audits,
        const std::function<void(const LaunchRecord&)>& keep, Progress& progress)
        : plan_(plan), context_(context), references_(references), audits_(audits), keep_(keep), progress_(progress) {
        outcome_.cells.resize(plan.cells.size());
    }

    void adopt(const std::vector<LaunchRecord>& earlier) {
        for (std::size_t i = 0; i < plan_.cells.size(); ++i) {
            std::copy_if(earlier.begin(), earlier.end(), std::back_inserter(outcome_.cells[i].launches),
                         [&](const LaunchRecord& launch) { return launch.cell == plan_.cells[i].key; });
        }
    }

    RunOutcome measure() {
        try {
            int number = 0;
            for (; is_any_wanted(number); ++number) {
                for (const Group& group : groups(number)) {
                    measure_group(group, number);
                }
            }
            is_cut_short_ = is_cut_short_ || (number < options().launches && is_time_over(number));
            audit();
        } catch (const Interrupted&) {
            outcome_.is_interrupted = true;
        }
        progress_.finish();
        explain_missing();
        return std::move(outcome_);
    }

  private:
    const plan::RunOptions& options() const { return plan_.options; }

    std::chrono::nanoseconds elapsed() const { return std::chrono::nanoseconds(monotonic_ns() - start_); }

    /// Whether it is too late to begin a launch of this number, which takes about as long as the others did; where
    /// variants are measured against each other, a whole group of them.
    bool is_time_over(int number) const {
        const bool is_extra = number >= options().launches;
        if (!options().max_time) {
            return is_extra && elapsed() > plan::RunOptions::most_time_unasked;
        }
        const auto longest = plan_.versus.empty() ? longest_launch_ : longest_group_;
        return elapsed() + (is_extra ? longest : std::chrono::nanoseconds(0)) > *options().max_time;
    }

    bool is_precise(std::size_t cell) const {
        for (const plan::Plan::Pair& pair : plan_.versus) {
            if (pair.base == cell || pair.other == cell) {
                return results::is_ratio_precise(outcome_.cells[pair.base].launches,
                                                 outcome_.cells[pair.other].launches, options());
            }
        }
        return results::is_precise(outcome_.cells[cell].launches, options());
    }

    bool is_wanted(std::size_t cell, int number) const {
        if (is_abandoned(outcome_.cells[cell])) {
            return false;
        }
        return number < options().launches ||
               (!options().has_fixed_launches && number < plan::RunOptions::most_launches && !is_precise(cell));
    }

    bool is_any_wanted(int number) const {
        for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
            if (is_wanted(cell, number) && (!is_time_over(number) || has_launch(outcome_.cells[cell], number))) {
                return true;
            }
        }
        return false;
    }

    std::int64_t bytes_of(std::size_t cell) const {
        std::int64_t peak = 0;
        for (const LaunchRecord& launch : outcome_.cells[cell].launches) {
            peak = std::max(peak, launch.peak_rss_bytes);
        }
        return peak > 0 ? peak : expected_bytes(plan_.models[plan_.cells[cell].model], plan_.cells[cell]);
    }

    /// The cells that get this launch, in seeded random order, parted by what fits into memory.
    std::vector<Group> groups(int number) const {
        std::vector<Group> units;
        if (plan_.versus.empty()) {
            for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
                units.push_back({cell});
            }
        }
        for (const plan::Plan::Pair& pair : plan_.versus) {
            units.push_back({pair.base, pair.other});
        }
        std::vector<Group> ordered;
        for (const std::size_t unit : round_order(units.size(), options().seed, number)) {
            Group wanted;
            std::copy_if(units[unit].begin(), units[unit].end(), std::back_inserter(wanted), [&](std::size_t cell) {
                return is_wanted(cell, number) && !has_launch(outcome_.cells[cell], number);
            });
            if (!wanted.empty()) {
                ordered.push_back(std::move(wanted));
            }
        }
        std::vector<std::int64_t> needs;
        for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
            needs.push_back(bytes_of(cell));
        }
        // An emulated engine has one block a launch, and times that mean nothing: there is nothing to interleave.
        const double share = options().is_for_emulation ? 0 : options().resident_memory;
        return groups_within(ordered, needs,
                             static_cast<std::int64_t>(share * static_cast<double>(machine::available_memory_bytes())));
    }

    void audit() {
        for (std::size_t i = 0; audits_ != nullptr && i < plan_.cells.size(); ++i) {
            if (!has_complete_launch(outcome_.cells[i])) {
                continue;
            }
            // Time that went into precision is no reason: audits were asked for too.
            if (is_cut_short_) {
                outcome_.cells[i].problems.push_back(
                    {"not_audited", "--max-time was over before all cells had their launches"});
                continue;
            }
            progress_.begin("audit of " + plan_.cells[i].key);
            audits_->audit(plan_.cells[i], outcome_.cells[i]);
        }
    }

    void measure_group(const Group& group, int number) {
        std::vector<Resident> residents;
        const std::chrono::nanoseconds begin_of_group = elapsed();
        // Both variants of a pair or neither: half of one compares with nothing.
        bool is_over = is_time_over(number);
        try {
            for (const std::size_t place : round_order(group.size(), options().seed, number)) {
                is_over = plan_.versus.empty() ? is_time_over(number) : is_over;
                if (!is_over) {
                    begin(group[place], number, residents);
                } else if (number < options().launches) {
                    is_cut_short_ = true;
                }
            }
            // Places are those of cells, not of who was begun first: else one order would undo the other.
            std::sort(residents.begin(), residents.end(),
                      [](const Resident& a, const Resident& b) { return a.cell < b.cell; });
            for (int block = 0; block < options().blocks; ++block) {
                const int round = number * options().blocks + block;
                for (const std::size_t place : round_order(residents.size(), options().seed, round)) {
                    take_block(residents[place], round);
                }
            }
            for (Resident& resident : residents) {
                finish(resident);
            }
            longest_group_ = std::max(longest_group_, elapsed() - begin_of_group);
        } catch (const Interrupted&) {
            keep_unfinished(residents);
            throw;
        }
    }

    void begin(std::size_t index, int number, std::vector<Resident>& residents) {
        const plan::Cell& cell = plan_.cells[index];
        const plan::Model& model = plan_.models[cell.model];
        progress_.begin(cell.key);
        Resident resident{index, nullptr, nullptr, nullptr, monotonic_ns(), false};
        if (references_ != nullptr && !has_accuracy(outcome_.cells[index])) {
            try {
                resident.reference = &references_->reference_for(cell, model);
            } catch (const EngineError& error) {
                abandon(index,
                        {"reference_failed", fmt::format("the launch under fp32, strict, jit none failed: {}: {}",
                                                         error.problem(), error.what())});
                return;
            }
        }
        if (number >= options().launches) {
            progress_.launch_expected(cell.key);
        }
        if (audits_ != nullptr && options().is_for_emulation) {
            resident.profile = std::make_unique<Profile>();
        }
        resident.launch = std::make_unique<Launch>(context_, cell, model, number, resident.profile.get());
        residents.push_back(std::move(resident));
        if (residents.back().launch->has_failed()) {
            finish(residents.back());
        }
    }

    void abandon(std::size_t index, results::Problem problem) {
        const std::string& key = plan_.cells[index].key;
        progress_.note(fmt::format("{}: {}", key, problem.message));
        progress_.cell_abandoned(key);
        outcome_.cells[index].problems.push_back(std::move(problem));
    }

    void take_block(Resident& resident, int round) {
        if (resident.is_finished) {
            return;
        }
        resident.launch->take_block(round);
        const LaunchRecord& record = resident.launch->record();
        if (record.is_complete()) {
            keep_(record);
        }
        // One that cannot wait quietly disturbs all others: it ends now.
        if (record.problem || record.is_restless) {
            finish(resident);
        }
    }

    void finish(Resident& resident) {
        if (resident.is_finished) {
            return;
        }
        resident.is_finished = true;
        if (resident.reference != nullptr) {
            resident.launch->compare_with(*resident.reference);
        }
        resident.launch->finish();
        LaunchRecord record = resident.launch->record();
        // Its blocks are kept already.
        if (record.problem || !record.accuracy.is_null()) {
            keep_(record);
        }
        if (resident.profile && record.is_complete()) {
            audits_->add(record, *resident.profile);
        }
        const std::chrono::nanoseconds took(record.busy_ns);
        longest_launch_ = std::max(longest_launch_, took);
        progress_.launch_finished(record, took);
        CellOutcome& outcome = outcome_.cells[resident.cell];
        outcome.launches.push_back(std::move(record));
        if (is_abandoned(outcome)) {
            progress_.cell_abandoned(plan_.cells[resident.cell].key);
        }
        resident.launch.reset();
    }

    /// The blocks that an interrupted launch has taken count; the journal has them too.
    void keep_unfinished(const std::vector<Resident>& residents) {
        for (const Resident& resident : residents) {
            if (!resident.is_finished && resident.launch->record().is_complete()) {
                outcome_.cells[resident.cell].launches.push_back(resident.launch->record());
            }
        }
    }

    /// Says of each cell that lacks launches why it does.
    void explain_missing() {
        for (CellOutcome& outcome : outcome_.cells) {
            if (is_abandoned(outcome) || static_cast<int>(outcome.launches.size()) >= options().launches) {
                continue;
            }
            const std::string reason = outcome_.is_interrupted ? "the run was interrupted" : "--max-time was over";
            if (outcome_.is_interrupted) {
                outcome.problems.push_back({"interrupted", fmt::format("{} after {} of {} launches", reason,
                                                                       outcome.launches.size(), options().launches)});
            }
            if (outcome.launches.empty()) {
                outcome.problems.push_back({"not_measured", reason + " before its first launch"});
            }
        }
    }

    const plan::Plan& plan_;
    const LaunchContext& context_;
    References* references_;
    Audits* audits_;
    const std::function<void(const LaunchRecord&)>& keep_;
    Progress& progress_;
    RunOutcome outcome_;
    std::int64_t start_ = monotonic_ns();
    std::chrono::nanoseconds longest_launch_{0};
    std::chrono::nanoseconds longest_group_{0};
    bool is_cut_short_ = false;
};

}  // namespace

std::vector<Group> groups_within(const std::vector<Group>& units, const std::vector<std::int64_t>& needs_bytes,
                                 std::int64_t budget_bytes) {
    std::vector<Group> groups;
    std::int64_t taken = 0;
    for (const Group& unit : units) {
        std::int64_t needed = 0;
        for (const std::size_t cell : unit) {
            needed += needs_bytes[cell];
        }
        if (groups.empty() || taken + needed > budget_bytes) {
            groups.emplace_back();
            taken = 0;
        }
        groups.back().insert(groups.back().end(), unit.begin(), unit.end());
        taken += needed;
    }
    return groups;
}

std::vector<std::size_t> round_order(std::size_t cells, std::uint64_t seed, int round) {
    std::vector<std::size_t> order(cells);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                           static_cast<std::uint32_t>(round / 2)};
    std::mt19937_64 random(sequence);
    // Written out: std::shuffle may differ between libraries.
    for (std::size_t i = cells; i > 1; --i) {
        std::swap(order[i - 1], order[random() % i]);
    }
    if (round % 2 == 1) {
        std::reverse(order.begin(), order.end());
    }
    return order;
}

RunOutcome measure_plan(const plan::Plan& plan, const LaunchContext& context, References* references, Audits* audits,
                        const std::vector<LaunchRecord>& earlier, const std::function<void(const LaunchRecord&)>& keep,
                        Progress& progress) {
    Run run(plan, context, references, audits, keep, progress);
    run.adopt(earlier);
    return run.measure();
}

}  // namespace gravbench::run
