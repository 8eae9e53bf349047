#include "run/audits.h"

#include <set>
#include <utility>

#include "findings/effect.h"

namespace gravbench::run {
namespace {

/// A cell that differs in one setting from the one that is audited.
struct Other {
    std::string setting;
    Value value;
    plan::Cell cell;
};

std::vector<Other> others_of(const plan::Cell& cell) {
    std::vector<Other> others;
    for (const auto& [setting, value] : cell.settings) {
        for (const Value& other : findings::alternatives_for(setting, value)) {
            others.push_back({setting, other, plan::with_setting(cell, setting, other)});
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

Audits::Audits(World& world, const plan::RunOptions& options, std::function<void(const records::AuditRecord&)> keep)
    : world_(world), shape_(shape_for(options)), keep_(std::move(keep)) {}

void Audits::adopt(const std::vector<records::AuditRecord>& earlier) {
    for (const records::AuditRecord& record : earlier) {
        made_.insert_or_assign(record.cell, record);
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
    launch->finish();
    add(launch->take_audit());
    return made_.at(cell.key);
}

void Audits::audit(const plan::Cell& cell, records::CellOutcome& outcome) {
    outcome.audit = record_for(cell);
    if (outcome.audit->problem) {
        return;
    }
    for (const Other& other : others_of(cell)) {
        outcome.alternatives.push_back({other.setting, other.value, record_for(other.cell)});
    }
}

}  // namespace gravbench::run
