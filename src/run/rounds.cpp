#include "run/rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "base/clock.h"
#include "base/errors.h"
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
            for (int round = 0; round < plan_.options.launches && !is_time_over(); ++round) {
                for (const std::size_t cell : round_order(plan_.cells.size(), plan_.options.seed, round)) {
                    if (!is_abandoned(outcome_.cells[cell]) && !has_launch(outcome_.cells[cell], round) &&
                        !is_time_over()) {
                        launch(cell, round);
                    }
                }
            }
            audit();
        } catch (const Interrupted&) {
            outcome_.is_interrupted = true;
        }
        progress_.finish();
        explain_missing();
        return std::move(outcome_);
    }

  private:
    bool is_time_over() const {
        return plan_.options.max_time && monotonic_ns() - start_ > plan_.options.max_time->count();
    }

    void audit() {
        for (std::size_t i = 0; audits_ != nullptr && i < plan_.cells.size(); ++i) {
            if (!has_complete_launch(outcome_.cells[i])) {
                continue;
            }
            if (is_time_over()) {
                outcome_.cells[i].problems.push_back({"not_audited", "--max-time was over"});
                continue;
            }
            progress_.begin("audit of " + plan_.cells[i].key);
            audits_->audit(plan_.cells[i], outcome_.cells[i]);
        }
    }

    void launch(std::size_t index, int number) {
        const plan::Cell& cell = plan_.cells[index];
        CellOutcome& outcome = outcome_.cells[index];
        const std::int64_t start = monotonic_ns();
        progress_.begin(cell.key);
        const Reference* reference = nullptr;
        if (references_ != nullptr && !has_accuracy(outcome)) {
            try {
                reference = &references_->reference_for(cell, plan_.models[cell.model]);
            } catch (const EngineError& error) {
                outcome.problems.push_back(
                    {"reference_failed", fmt::format("the launch under fp32, strict, jit none failed: {}: {}",
                                                     error.problem(), error.what())});
                progress_.note(fmt::format("{}: {}", cell.key, outcome.problems.back().message));
                progress_.cell_abandoned(cell.key);
                return;
            }
        }
        const bool is_profiled = audits_ != nullptr && context_.options.is_for_emulation;
        Profile profile;
        LaunchRecord record = measure_launch(context_, cell, plan_.models[cell.model], number, reference,
                                             is_profiled ? &profile : nullptr);
        keep_(record);
        if (is_profiled && record.is_complete()) {
            audits_->add(record, profile);
        }
        progress_.launch_finished(record, std::chrono::nanoseconds(monotonic_ns() - start));
        outcome.launches.push_back(std::move(record));
        if (is_abandoned(outcome)) {
            progress_.cell_abandoned(cell.key);
        }
    }

    /// Says of each cell that lacks launches why it does.
    void explain_missing() {
        for (CellOutcome& outcome : outcome_.cells) {
            if (is_abandoned(outcome) || static_cast<int>(outcome.launches.size()) >= plan_.options.launches) {
                continue;
            }
            const std::string reason = outcome_.is_interrupted ? "the run was interrupted" : "--max-time was over";
            if (outcome_.is_interrupted) {
                outcome.problems.push_back(
                    {"interrupted", fmt::format("{} after {} of {} launches", reason, outcome.launches.size(),
                                                plan_.options.launches)});
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
};

}  // namespace

std::vector<std::size_t> round_order(std::size_t cells, std::uint64_t seed, int round) {
    std::vector<std::size_t> order(cells);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                           static_cast<std::uint32_t>(round)};
    std::mt19937_64 random(sequence);
    // Written out: std::shuffle may differ between libraries.
    for (std::size_t i = cells; i > 1; --i) {
        std::swap(order[i - 1], order[random() % i]);
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
