#include "document/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "audit/summary.h"
#include "figures/yardstick.h"
#include "findings/cell_problem.h"
#include "findings/noise_problem.h"
#include "machine/machine.h"
#include "records/journal.h"

namespace gravbench::document {
namespace {

using records::CellOutcome;
using records::LaunchRecord;

/// The launch that stands for the cell where one is enough.
const LaunchRecord* representative(const CellOutcome& outcome) {
    const auto complete = std::find_if(outcome.launches.begin(), outcome.launches.end(),
                                       [](const LaunchRecord& launch) { return launch.is_complete(); });
    if (complete != outcome.launches.end()) {
        return &*complete;
    }
    return outcome.launches.empty() ? nullptr : &outcome.launches.front();
}

/// An engine that never said who it is has no entry.
bool is_known(const protocol::EngineDescription& engine) {
    return !engine.name.empty();
}

using EngineFile = std::optional<plan::EngineFile>;

/// The engine's place in the document's table, where it is put if it is new.
std::size_t place_of(const protocol::EngineDescription& engine, const EngineFile& file, const machine::Machine& host,
                     Document& document) {
    const auto found = std::find_if(document.engines.begin(), document.engines.end(), [&](const Engine& known) {
        return known.description == engine && known.file == file;
    });
    if (found != document.engines.end()) {
        return static_cast<std::size_t>(found - document.engines.begin());
    }
    document.engines.push_back({engine, !machine::is_same_cpu(engine.arch, engine.cpu, host), file});
    return document.engines.size() - 1;
}

Model model_of(const plan::Cell& cell, const plan::Model& model) {
    Model result;
    result.name = model.name;
    result.source = model.source;
    result.weights = model.weights;
    if (const auto file = model.files.find(cell.file); file != model.files.end() && !file->second.sha256.empty()) {
        result.sha256 = file->second.sha256;
    }
    if (model.weights.is_object()) {
        result.weights_kind = optional_member<std::string>(model.weights, "kind", "", model.name + ": weights");
    }
    return result;
}

/// Where profiled and unprofiled time disagree beyond what their intervals allow, a share of one in the other says
/// nothing: after a disturbed run it was "outside oneDNN 94%" of an inference that took a tenth under the profile.
std::string disagreement(double profiled_ms, const figures::Latency& latency) {
    // The profile prints a line for each kernel, and its five inferences have an interval of their own that is not
    // known: a fifth covers what was seen on quiet machines.
    constexpr double allowed = 1.2;
    const auto& mean = latency.mean;
    const double low = mean.ci95 ? mean.ci95->low : latency.min;
    const double high = mean.ci95 ? mean.ci95->high : latency.max;
    if (profiled_ms > low / allowed && profiled_ms < high * allowed) {
        return "";
    }
    return fmt::format("an inference took {:.4g} ms under the profile, and {:.4g} to {:.4g} ms without", profiled_ms,
                       low, high);
}

Audit audit_of(const plan::Cell& cell, const records::AuditRecord& record,
               const std::optional<figures::Latency>& latency) {
    Audit audit;
    audit.kernels = record.audit;
    audit.is_bf16_requested = cell.asks_for_bf16();
    audit.busy_threads = record.busy_threads;
    audit.huge_page_bytes = record.huge_page_bytes;
    if (latency && latency->mean.value) {
        audit.unprofiled_ms = latency->mean.value;
        audit.outside_reason = disagreement(record.audit.inference_ms, *latency);
    }
    if (audit.outside_reason.empty()) {
        const double onednn_ms = audit::summarise(record.audit).onednn_ms;
        const double whole_ms = std::max(audit.unprofiled_ms.value_or(record.audit.inference_ms), onednn_ms);
        audit.outside_onednn = whole_ms > 0 ? 1 - onednn_ms / whole_ms : 0;
    }
    return audit;
}

void add_figures(const figures::Launches& launches, Cell& cell) {
    if (launches.empty()) {
        return;
    }
    cell.latency = figures::latency(launches);
    cell.throughput = figures::throughput(launches, cell.batch());
    cell.cold_start = figures::cold_start(launches);
    cell.peak_rss_bytes = figures::peak_rss_bytes(launches);
}

void add_precision(const figures::Launches& launches, const plan::RunOptions& options, Cell& cell) {
    if (!options.sampling.is_for_emulation) {
        const auto wanted =
            options.sampling.has_fixed_launches ? std::nullopt : std::optional(options.wanted_precision());
        cell.precision = figures::precision(launches, options.stopping.metric, wanted);
    }
}

void add_launches(const CellOutcome& outcome, const figures::Launches& measured, const EngineFile& file,
                  const machine::Machine& host, Document& document, Cell& cell) {
    const std::vector<std::size_t> unusual = findings::unusual_launches(measured);
    for (const LaunchRecord& record : outcome.launches) {
        if (record.is_complete()) {
            const bool is_unusual = std::find(unusual.begin(), unusual.end(), cell.launches.size()) != unusual.end();
            cell.launches.push_back({0, place_of(record.engine, file, host, document), is_unusual, record.launch});
        }
    }
}

std::string emulation_text(const protocol::EngineDescription& engine, const machine::Machine& host) {
    return fmt::format("the engine sees {} {}, the host is {} {}", engine.arch, engine.cpu, host.arch, host.cpu);
}

Cell cell_of(const plan::Cell& planned, const plan::Plan& plan, CellOutcome outcome, const machine::Machine& host,
             Document& document) {
    const plan::RunOptions& options = plan.options;
    const EngineFile file = planned.engine < plan.engines.size() ? plan.engines[planned.engine].file : EngineFile();
    const LaunchRecord* shown = representative(outcome);
    const figures::Launches measured = records::complete(outcome.launches);
    Cell cell;
    cell.identity = planned.identity;
    cell.key = planned.key;
    cell.model = model_of(planned, plan.models[planned.model]);
    cell.requested = planned.settings;
    bool is_emulated_cell = false;
    if (shown != nullptr && is_known(shown->engine)) {
        cell.engine = place_of(shown->engine, file, host, document);
        cell.machine = 0;
        is_emulated_cell = document.engines[*cell.engine].is_emulated;
        if (is_emulated_cell) {
            outcome.problems.push_back({"emulated", emulation_text(shown->engine, host)});
        }
    }
    if (shown != nullptr) {
        cell.effective = shown->effective;
        cell.environment = shown->environment;
    }
    add_figures(measured, cell);
    add_precision(measured, options, cell);
    add_launches(outcome, measured, file, host, document, cell);
    cell.accuracy = findings::accuracy_of(outcome);
    if (outcome.audit && !outcome.audit->problem) {
        cell.effects = findings::effects_of(planned, *outcome.audit, outcome.alternatives, host.thp);
        if (!outcome.audit->audit.onednn.empty()) {
            // Under emulation the audit's launch is the only one.
            cell.audit = audit_of(planned, *outcome.audit, is_emulated_cell ? std::nullopt : cell.latency);
        }
    }
    cell.problems = findings::problems_of(planned, options, outcome, cell.effects, cell.effective);
    cell.log_tail = shown != nullptr && measured.empty() ? shown->log_tail : "";
    cell.is_valid = !measured.empty() && !findings::is_invalid(cell.problems);
    return cell;
}

std::optional<Yardstick> yardstick_of(const records::RunOutcome& outcome) {
    std::vector<machine::YardstickReading> readings;
    for (const CellOutcome& cell : outcome.cells) {
        for (const LaunchRecord& record : cell.launches) {
            if (record.is_complete()) {
                const auto of_launch = figures::yardstick_readings(record.launch);
                readings.insert(readings.end(), of_launch.begin(), of_launch.end());
            }
        }
    }
    if (readings.empty()) {
        return std::nullopt;
    }
    Yardstick yardstick{outcome.yardstick, {}, outcome.practical};
    for (const figures::YardstickSummary& summary : figures::summarise_yardstick(readings)) {
        yardstick.peaks.push_back(summary.best);
    }
    return yardstick;
}

/// A cell of which only its launches are known.
Cell cell_of_launches(const std::string& key, const CellOutcome& outcome, const machine::Machine& host,
                      Document& document) {
    const figures::Launches measured = records::complete(outcome.launches);
    Cell cell;
    cell.identity.model = cell.model.name = cell.key = key;
    const LaunchRecord& shown = *representative(outcome);
    cell.identity.engine = plan::default_engine;
    if (is_known(shown.engine)) {  // It may never have said its name.
        cell.identity.engine = shown.engine.name;
        cell.engine = place_of(shown.engine, std::nullopt, host, document);
        cell.machine = 0;
    }
    cell.effective = shown.effective;
    cell.environment = shown.environment;
    add_figures(measured, cell);
    add_launches(outcome, measured, std::nullopt, host, document, cell);
    cell.accuracy = findings::accuracy_of(outcome);
    cell.problems = outcome.problems;
    if (const auto failure = findings::launch_failure(outcome)) {
        cell.problems.push_back(*failure);
    }
    cell.problems.push_back({"interrupted", fmt::format("the journal holds {} launches", outcome.launches.size())});
    cell.log_tail = measured.empty() ? shown.log_tail : "";
    cell.is_valid = !measured.empty() && !findings::is_invalid(cell.problems);
    return cell;
}

}  // namespace

Document from_journal(const std::filesystem::path& path) {
    records::JournalContent content = records::read_journal(path);
    std::vector<std::string> keys;
    std::map<std::string, CellOutcome> outcomes;
    for (LaunchRecord& launch : content.launches) {
        CellOutcome& outcome = outcomes[launch.cell];
        if (outcome.launches.empty()) {
            keys.push_back(launch.cell);
        }
        outcome.launches.push_back(std::move(launch));
    }
    Document document;
    document.name = path.string();
    document.run.id = content.header.id;
    document.run.started = content.header.started;
    document.run.is_complete = false;
    document.machines.emplace_back();
    for (const std::string& key : keys) {
        document.cells.push_back(cell_of_launches(key, outcomes.at(key), document.machines.front().host, document));
    }
    return document;
}

Document build(Run run, const machine::Machine& host, const plan::Plan& plan, const records::RunOutcome& outcome) {
    Document document;
    document.name = plan.options.places.output.empty() ? "this run" : plan.options.places.output;
    document.run = std::move(run);
    document.run.is_complete = !outcome.is_interrupted;
    document.run.given = plan.given;
    document.machines.push_back({host});
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        document.cells.push_back(cell_of(plan.cells[i], plan, outcome.cells[i], host, document));
    }
    document.machines.front().yardstick = yardstick_of(outcome);
    for (const plan::Plan::Pair& pair : plan.versus) {
        document.versus.push_back({pair.base, pair.other});
    }
    return document;
}

}  // namespace gravbench::document
