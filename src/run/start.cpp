#include "run/start.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "protocol/messages.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;
using Parts = std::map<std::string, std::string>;

std::string new_id() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

/// "was 2 and is 3"; of what is long (a hash, a description of an engine) that it is another one.
std::string change(const std::string& name, const std::string& before, const std::string& now) {
    constexpr std::size_t most_shown = 60;
    return before.size() > most_shown || now.size() > most_shown
               ? name + " is another one"
               : fmt::format("{} was {} and is {}", name, before, now);
}

/// Exact, so that no two durations look alike.
std::string milliseconds_of(std::chrono::nanoseconds duration) {
    return fmt::format("{:.15g} ms", static_cast<double>(duration.count()) / 1e6);
}

Start resumed(const fs::path& path, const Parts& parts) {
    records::JournalContent content = records::read_journal(path);
    if (const std::string what = difference(content.header.fingerprint, parts); !what.empty()) {
        throw UsageError(fmt::format("--resume: {} is of another run: {}; give the same command, or remove it",
                                     path.string(), what));
    }
    // Only now: it cuts off a torn line, of which a file that is no journal may have had need.
    records::Journal journal = records::Journal::append_to(path);
    Start start{content.header.id, content.header.started, {}, {}, std::move(journal), {}};
    std::set<std::string> cells;
    for (records::LaunchRecord& launch : content.launches) {
        if (launch.is_complete()) {  // What failed is tried again.
            cells.insert(launch.cell);
            start.launches.push_back(std::move(launch));
        }
    }
    for (records::AuditRecord& audit : content.audits) {
        if (!audit.problem) {
            start.audits.push_back(std::move(audit));
        }
    }
    start.notes.push_back(fmt::format("kept {} launches of {} cells and {} audits of the interrupted run",
                                      start.launches.size(), cells.size(), start.audits.size()));
    return start;
}

void move_aside(const fs::path& path, const std::string& aside) {
    std::error_code error;
    fs::rename(path, aside, error);
    if (error) {
        throw DataError(fmt::format("{}: cannot be kept as {}: {}", path.string(), aside, error.message()));
    }
}

bool has_place_for_journal(const plan::Plan& plan) {
    const fs::path output = plan.options.places.output;
    return !output.empty() && (!is_there(output) || is_plain_file(output));
}

}  // namespace

Parts fingerprint(const plan::Plan& plan, const machine::Machine& host) {
    Parts parts;
    parts["machine"] =
        fmt::format("{} {}, {} CPUs, {} bytes of memory", host.arch, host.cpu, host.usable_cpus, host.memory_bytes);
    for (const plan::EngineChoice& engine : plan.engines) {
        parts["engine " + engine.label] = protocol::to_json(engine.hello.engine).dump();
    }
    for (const plan::Cell& cell : plan.cells) {
        const plan::Model& model = plan.models[cell.model];
        parts["cell " + cell.key] = "measured";
        parts[fmt::format("model {} ({})", model.name, plan::describe(cell.file))] = model.files.at(cell.file).sha256;
    }
    const plan::Sampling& sampling = plan.options.sampling;
    parts["--seed"] = std::to_string(sampling.seed);
    const plan::BlockLength& block = sampling.shape.block;
    constexpr const char* chosen = "chosen by the run";
    parts["--blocks"] = plan.options.chooses_blocks() ? chosen : std::to_string(sampling.shape.blocks);
    parts["--iterations"] = block.iterations ? std::to_string(*block.iterations) : "not given";
    parts["--duration"] = plan.options.chooses_block_length() ? chosen : milliseconds_of(block.duration);
    parts["--placement"] = sampling.placement == plan::Placement::free ? "free" : "same";
    parts["--warmup"] = std::to_string(sampling.warmup);
    parts["--warmup-time"] = milliseconds_of(sampling.warmup_time);
    return parts;
}

std::string difference(const Parts& before, const Parts& now) {
    std::vector<std::string> found;
    for (const auto& [name, value] : before) {
        const auto other = now.find(name);
        if (other == now.end()) {
            found.push_back(name + " is missing now");
        } else if (other->second != value) {
            found.push_back(change(name, value, other->second));
        }
    }
    for (const auto& [name, value] : now) {
        if (before.count(name) == 0) {
            found.push_back(name + " is new");
        }
    }
    constexpr std::size_t most_named = 3;
    const std::size_t more = found.size() > most_named ? found.size() - most_named : 0;
    found.resize(found.size() - more);
    return fmt::format("{}{}", fmt::join(found, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

void check_resume(const plan::Plan& plan, bool has_resume) {
    if (has_resume && !has_place_for_journal(plan)) {
        throw UsageError(
            "--resume needs -o with the file that the interrupted run wrote: its journal lies beside that file");
    }
}

std::optional<records::OutputLock> lock_output(const plan::Plan& plan) {
    if (!has_place_for_journal(plan)) {
        return std::nullopt;
    }
    return std::optional<records::OutputLock>(std::in_place, plan.options.places.output);
}

Start begin(const plan::Plan& plan, const machine::Machine& host, bool has_resume) {
    Start start{new_id(), utc_now(), {}, {}, {}, {}};
    if (!has_place_for_journal(plan)) {
        return start;
    }
    const Parts parts = fingerprint(plan, host);
    const fs::path path = records::journal_path(plan.options.places.output);
    if (is_there(path) && has_resume) {
        return resumed(path, parts);
    }
    if (has_resume) {
        start.notes.push_back(fmt::format(
            "--resume: {} is not there, so there is nothing to go on with: all is measured", path.string()));
    }
    try {
        if (is_there(path)) {
            const std::string aside = path.string() + ".previous";
            move_aside(path, aside);
            start.notes.push_back(
                fmt::format("an interrupted run left {}; it is kept as {} (--resume would have gone on with it)",
                            path.string(), aside));
        }
        start.journal.emplace(records::Journal::create(path, {start.id, start.started, parts}));
    } catch (const DataError& error) {
        // A journal is a safety net: a run goes on without one.
        start.notes.push_back(fmt::format("{}; an interrupted run could not be resumed", error.what()));
    }
    return start;
}

}  // namespace gravbench::run
