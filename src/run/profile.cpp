#include "run/profile.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "base/files.h"

namespace gravbench::run {
namespace {

std::uintmax_t size_of(const std::filesystem::path& file) {
    std::error_code ignored;
    const std::uintmax_t size = std::filesystem::file_size(file, ignored);
    return ignored ? 0 : size;
}

}  // namespace

void Profile::prepare(Environment& environment, const std::filesystem::path& log) {
    log_ = log;
    // Both names: oneDNN before 2.5 knows only the second. 2 is creations and executions, in every version.
    for (const char* prefix : {"ONEDNN", "DNNL"}) {
        environment[std::string(prefix) + "_VERBOSE"] = "2";
        environment[std::string(prefix) + "_VERBOSE_TIMESTAMP"] = "1";
    }
}

void Profile::begin_warm_up(const EngineClient& client) {
    before_ = machine::read_process(client.process_id());
}

void Profile::begin_block() {
    block_begin_ = size_of(log_);
}

void Profile::end_block(const EngineClient& client, const records::Block& block) {
    block_end_ = size_of(log_);
    after_ = machine::read_process(client.process_id());
    samples_ns_ = block.samples_ns;
}

records::AuditRecord Profile::record(const records::LaunchRecord& launch) const {
    records::AuditRecord record;
    record.cell = launch.cell;
    record.engine = launch.engine;
    record.effective = launch.effective;
    record.problem = launch.problem;
    if (!launch.is_complete()) {
        return record;
    }
    try {
        const std::string log = read_file(log_);
        if (block_end_ < block_begin_ || log.size() < block_end_) {
            throw DataError(fmt::format("{}: what the engine printed was cut off behind its back", log_.string()));
        }
        record.audit = audit::make_audit(
            {log.substr(0, block_begin_), log.substr(block_begin_, block_end_ - block_begin_)}, samples_ns_);
        record.busy_threads = machine::busy_threads(before_, after_);
        record.huge_page_bytes = after_.huge_page_bytes;
        record.libraries = after_.libraries;
    } catch (const DataError& error) {
        record.problem = records::Problem{"engine_garbled", error.what()};
    }
    return record;
}

}  // namespace gravbench::run
