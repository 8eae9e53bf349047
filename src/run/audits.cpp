#include "run/audits.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/files.h"
#include "results/effect.h"

namespace gravbench::run {
namespace {

/// Steady inferences of an audit: enough for a mean of each kernel, few enough for a log of a megabyte.
constexpr std::int64_t audited_inferences = 5;

/// A cell's key where the characters that shells and paths mind are dashes.
std::string file_name(std::string key) {
    std::replace_if(
        key.begin(), key.end(),
        [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '=' && c != '_'; }, '-');
    return key;
}

/// Counts, not times, so that two audits of the same settings make the same number of calls.
LaunchContext for_audits(LaunchContext context) {
    context.options.iterations = context.options.given.count("iterations") != 0 || context.options.is_for_emulation
                                     ? context.options.iterations
                                     : audited_inferences;
    context.options.warmup_time = std::chrono::nanoseconds(0);
    return context;
}

}  // namespace

Audits::Audits(const plan::Plan& plan, const LaunchContext& context, const std::vector<results::AuditRecord>& earlier,
               std::function<void(const results::AuditRecord&)> keep)
    : plan_(plan), context_(for_audits(context)), keep_(std::move(keep)) {
    for (const results::AuditRecord& record : earlier) {
        made_.emplace(record.cell, record);
    }
}

void Audits::add(const results::LaunchRecord& launch, const Profile& profile) {
    results::AuditRecord record = profile.record(launch);
    if (!context_.options.keep_logs.empty()) {
        write_file(std::filesystem::path(context_.options.keep_logs) / (file_name(record.cell) + ".log"),
                   read_file(profile.log()));
    }
    keep_(record);
    made_.insert_or_assign(record.cell, std::move(record));
}

const results::AuditRecord& Audits::record_for(const plan::Cell& cell) {
    if (const auto found = made_.find(cell.key); found != made_.end()) {
        return found->second;
    }
    Profile profile;
    const results::LaunchRecord launch = measure_launch(context_, cell, plan_.models[cell.model], 0, &profile);
    add(launch, profile);
    return made_.at(cell.key);
}

void Audits::audit(const plan::Cell& cell, results::CellOutcome& outcome) {
    outcome.audit = record_for(cell);
    if (outcome.audit->problem) {
        return;
    }
    for (const plan::Setting& setting : plan::settings()) {
        const Json value = cell.settings.value(setting.name, Json());
        for (const Json& other : results::alternatives_for(setting.name, value)) {
            const plan::Cell compared = plan::with_setting(plan_, cell, setting.name, other);
            outcome.alternatives.push_back({setting.name, other, record_for(compared)});
        }
    }
}

}  // namespace gravbench::run
