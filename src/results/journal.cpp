#include "results/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"

namespace gravbench::results {
namespace {

/// A launch is written after each of its blocks: the last time it stands there is the one that counts.
void add_launch(std::vector<LaunchRecord>& launches, LaunchRecord record) {
    for (LaunchRecord& earlier : launches) {
        if (earlier.number == record.number && earlier.cell == record.cell) {
            earlier = std::move(record);
            return;
        }
    }
    launches.push_back(std::move(record));
}

}  // namespace

Journal::Journal(std::filesystem::path path, int flags)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | flags, 0644)) {
    if (descriptor_ < 0) {
        throw DataError(fmt::format("{}: cannot write: {}", path_.string(), std::strerror(errno)));
    }
}

Journal::Journal(Journal&& other) noexcept : path_(std::move(other.path_)), descriptor_(other.descriptor_) {
    other.descriptor_ = -1;
}

Journal::~Journal() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Journal Journal::create(const std::filesystem::path& path, const Json& header) {
    Journal journal(path, O_CREAT | O_TRUNC);
    journal.write_line(header);
    return journal;
}

Journal Journal::append_to(const std::filesystem::path& path) {
    // A line torn by a kill must not swallow the first line that follows it.
    const std::string text = read_file(path);
    const auto whole = text.rfind('\n') + 1;
    if (whole != text.size()) {
        std::filesystem::resize_file(path, whole);
    }
    return {path, O_APPEND};
}

void Journal::append(const LaunchRecord& record) {
    write_line(to_json(record));
}

void Journal::append(const AuditRecord& record) {
    write_line(to_json(record));
}

void Journal::write_line(const Json& json) {
    const std::string line = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    // One write call, so that a line is there whole or not at all but for a full disk or a power cut.
    if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::fdatasync(descriptor_) != 0) {
        throw DataError(fmt::format("{}: cannot write: {}", path_.string(), std::strerror(errno)));
    }
}

void Journal::remove() {
    ::unlink(path_.c_str());
}

JournalContent read_journal(const std::filesystem::path& path) {
    const std::vector<std::string> lines = split(read_file(path), '\n');
    JournalContent content;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {  // What follows the last newline is torn, or empty.
        const Json json = Json::parse(lines[i], nullptr, /*allow_exceptions=*/false);
        if (json.is_discarded()) {
            throw DataError(fmt::format("{}:{}: damaged: not valid JSON", path.string(), i + 1));
        }
        if (i == 0) {
            content.header = json;
        } else {
            try {
                if (json.contains("audited")) {
                    content.audits.push_back(audit_record_from(json));
                } else {
                    add_launch(content.launches, launch_record_from(json));
                }
            } catch (const DataError& error) {
                throw DataError(fmt::format("{}:{}: {}", path.string(), i + 1, error.what()));
            }
        }
    }
    if (content.header.is_null()) {
        throw DataError(fmt::format("{}: holds no whole line", path.string()));
    }
    return content;
}

std::filesystem::path journal_path(const std::filesystem::path& output) {
    return output.string() + ".journal";
}

}  // namespace gravbench::results
