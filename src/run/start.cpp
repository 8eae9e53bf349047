#include "run/start.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;

/// What must be equal for a journal's launches to belong to this run.
std::string fingerprint(const plan::Plan& plan, const machine::Machine& host, const Json& engines) {
    Json identity = Json::array({engines, host.arch, host.cpu, host.usable_cpus, host.memory_bytes});
    for (const plan::Cell& cell : plan.cells) {
        identity.push_back({cell.key, plan.models[cell.model].files.at(cell.dtype()).sha256});
    }
    const plan::RunOptions& run = plan.options;
    identity.push_back(
        {run.seed, run.blocks, run.iterations.value_or(0), run.duration.count(), run.warmup, run.warmup_time.count()});
    return sha256_of_text(identity.dump());
}

std::string new_id() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

Start resumed(const fs::path& path, const std::string& wanted) {
    results::JournalContent content = results::read_journal(path);
    if (content.header.value("fingerprint", "") != wanted) {
        throw UsageError(
            fmt::format("--resume: {} is of a run with other cells, models, options, engine or machine; give the same "
                        "command, or remove it",
                        path.string()));
    }
    Start start{content.header.value("id", new_id()), content.header.value("started", utc_now()), {}, {}, {}, {}};
    start.journal.emplace(results::Journal::append_to(path));
    for (results::LaunchRecord& launch : content.launches) {
        if (launch.is_complete()) {  // What failed is tried again.
            start.earlier.push_back(std::move(launch));
        }
    }
    for (results::AuditRecord& audit : content.audits) {
        if (!audit.problem) {
            start.audits.push_back(std::move(audit));
        }
    }
    return start;
}

bool is_no_plain_file(const fs::path& path) {
    return fs::exists(path) && !fs::is_regular_file(path);
}

}  // namespace

Json probe_engine(const LaunchContext& context) {
    const fs::path log = context.work_folder / "probe.log";
    try {
        EngineClient client(context.engine, environment_for(context.engine), log, context.options.timeout,
                            context.stop_descriptor);
        Json engine = engine_json(client.hello());
        client.quit();
        return engine;
    } catch (const EngineError& error) {
        const std::string tail = log_tail(log);
        throw EngineError(error.problem(), fmt::format("{}: {}{}", context.engine.command.front(), error.what(),
                                                       tail.empty() ? "" : "; its log: " + tail));
    }
}

Start begin(const plan::Plan& plan, const machine::Machine& host, const Json& engines, bool has_resume) {
    Start start{new_id(), utc_now(), {}, {}, {}, {}};
    const fs::path output = plan.options.output;
    if (output.empty() || is_no_plain_file(output)) {
        return start;
    }
    const std::string wanted = fingerprint(plan, host, engines);
    const fs::path path = results::journal_path(output);
    if (fs::exists(path) && has_resume) {
        return resumed(path, wanted);
    }
    if (fs::exists(path)) {
        const std::string aside = path.string() + ".previous";
        fs::rename(path, aside);
        start.notes.push_back(
            fmt::format("an interrupted run left {}; it is kept as {} (--resume would have gone on with it)",
                        path.string(), aside));
    }
    const Json header{
        {"schema", "gravbench.journal/1"}, {"id", start.id}, {"started", start.started}, {"fingerprint", wanted}};
    start.journal.emplace(results::Journal::create(path, header));
    return start;
}

}  // namespace gravbench::run
