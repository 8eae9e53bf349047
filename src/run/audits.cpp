#include "run/audits.h"

#include <set>
#include <utility>

#include "base/errors.h"
#include "findings/effect.h"
#include "run/output_comparison.h"

namespace gravbench::run {
namespace {

/// A cell that differs in one setting from the one that is audited.
struct Other {
    std::string setting;
    Value value;
    plan::Cell cell;
    bool has_outputs_compared;
};

/// Of a file in another dtype than the engine's other one has, outputs come from other inputs.
bool is_of_another_file(const plan::Cell& cell, const std::string& setting, const Value& value) {
    return plan::find_setting(setting)->via == plan::Setting::Via::file && cell.file.dtype == text_of(value);
}

std::vector<Other> others_of(const plan::Cell& cell) {
    std::vector<Other> others;
    for (const auto& [setting, value] : cell.settings) {
        for (const Value& other : findings::alternatives_for(setting, value)) {
            if (!is_of_another_file(cell, setting, value)) {
                const bool is_default = other == plan::find_setting(setting)->default_value;
                others.push_back({setting, other, plan::with_setting(cell, setting, other),
                                  is_default && findings::looks_at_outputs(setting)});
            }
        }
    }
    return others;
}

/// Counts, not times, so that two audits of the same settings make the same number of calls.
plan::LaunchShape shape_for(const plan::RunOptions& options) {
    plan::LaunchShape shape{1, options.sampling.shape.block};
    if (!options.is_given("iterations") && !options.sampling.is_for_emulation) {
        shape.block.iterations = audited_inferences;
    }
    return shape;
}

}  // namespace

Audits::Audits(World& world, const plan::Plan& plan, std::function<void(const records::AuditRecord&)> keep)
    : world_(world), shape_(shape_for(plan.options)), keep_(std::move(keep)) {
    for (const plan::Cell& cell : plan.cells) {
        for (const Other& other : others_of(cell)) {
            if (other.has_outputs_compared) {
                ++comparisons_left_[cell.key];
                ++comparisons_left_[other.cell.key];
            }
        }
    }
}

/// Those whose outputs are wanted are made again: the outputs went with the run.
void Audits::adopt(const std::vector<records::AuditRecord>& earlier) {
    for (const records::AuditRecord& record : earlier) {
        if (!wants_outputs(record.cell)) {
            made_.insert_or_assign(record.cell, record);
        }
    }
}

void Audits::keep_outputs(const std::string& cell, const std::optional<std::filesystem::path>& outputs) {
    if (outputs) {
        outputs_[cell] = *outputs;
    }
}

void Audits::add(records::AuditRecord record) {
    keep_(record);
    made_.insert_or_assign(record.cell, std::move(record));
}

std::size_t Audits::launches_needed(const plan::Cell& cell) const {
    std::set<std::string> missing{cell.key};
    for (const Other& other : others_of(cell)) {
        missing.insert(other.cell.key);
    }
    std::size_t launches = 0;
    for (const std::string& key : missing) {
        launches += made_.count(key) == 0 ? 1 : 0;
    }
    return launches;
}

const records::AuditRecord& Audits::record_for(const plan::Cell& cell) {
    if (const auto found = made_.find(cell.key); found != made_.end()) {
        return found->second;
    }
    const std::unique_ptr<LiveLaunch> launch = world_.launch(cell, 0, Purpose::audit, shape_);
    launch->take_block(0);
    if (wants_outputs(cell.key)) {
        keep_outputs(cell.key, launch->save_outputs());
    }
    launch->finish();
    add(launch->take_audit());
    return made_.at(cell.key);
}

/// Outputs of many cells would fill a folder for temporary files.
void Audits::release_outputs(const std::string& cell) {
    if (--comparisons_left_[cell] > 0) {
        return;
    }
    if (const auto found = outputs_.find(cell); found != outputs_.end()) {
        std::error_code ignored;
        std::filesystem::remove(found->second, ignored);
        outputs_.erase(found);
    }
}

/// Nothing where one of them is not there, or they cannot be compared, or say nothing.
std::optional<protocol::Comparison> Audits::compared(const plan::Cell& cell, const plan::Cell& other) const {
    const auto own = outputs_.find(cell.key);
    const auto others = outputs_.find(other.key);
    if (own == outputs_.end() || others == outputs_.end()) {
        return std::nullopt;
    }
    try {
        return compare_real_outputs(own->second, others->second, cell.batch());
    } catch (const EngineError&) {
        return std::nullopt;
    }
}

void Audits::audit(const plan::Cell& cell, records::CellOutcome& outcome) {
    outcome.audit = record_for(cell);
    const std::vector<Other> others = others_of(cell);
    for (const Other& other : others) {
        if (!outcome.audit->problem) {
            const records::AuditRecord& record = record_for(other.cell);
            outcome.alternatives.push_back({other.setting, other.value, record,
                                            other.has_outputs_compared ? compared(cell, other.cell) : std::nullopt});
        }
    }
    for (const Other& other : others) {
        if (other.has_outputs_compared) {
            release_outputs(cell.key);
            release_outputs(other.cell.key);
        }
    }
}

}  // namespace gravbench::run
