#include "records/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/checked_json.h"
#include "base/errors.h"
#include "records/record_json.h"

namespace gravbench::records {
namespace {

namespace fs = std::filesystem;

constexpr const char* schema = "gravbench.journal/2";
constexpr const char* older_schema = "gravbench.journal/1";
constexpr const char* blocks_before_key = "blocks_before";

std::string cannot_write(const fs::path& path, int cause) {
    return fmt::format("{}: cannot write: {}", path.string(), std::strerror(cause));
}

Json to_json(const JournalHeader& header) {
    return {{"schema", schema}, {"id", header.id}, {"started", header.started}, {"fingerprint", header.fingerprint}};
}

JournalHeader header_from(const Json& json, const std::string& where) {
    const std::string found = checked::text(json, "schema", where + ": header");
    if (found == older_schema) {
        throw DataError(where +
                        ": is of an older version of gravbench; --resume cannot go on with it: remove it, or "
                        "keep it");
    }
    if (found != schema) {
        checked::throw_unexpected(where + ": header.schema", schema, json["schema"]);
    }
    return {checked::text(json, "id", where + ": header"), checked::text(json, "started", where + ": header"),
            checked::text_map(json, "fingerprint", where + ": header")};
}

/// A launch is written after each of its blocks: the last time it stands there is the one that counts, with the blocks
/// that it had before.
class Launches {
  public:
    void add(const Json& json, const std::string& where) {
        LaunchRecord record = launch_record_from(json, where);
        const auto [place, is_new] = places_.try_emplace({record.cell, record.launch.number}, launches_.size());
        if (json.contains(blocks_before_key)) {
            const auto before = checked::integer(json, blocks_before_key, checked::not_negative, where);
            take_blocks(is_new ? nullptr : &launches_[place->second], static_cast<std::size_t>(before), where, record);
        }
        if (is_new) {
            launches_.push_back(std::move(record));
        } else {
            launches_[place->second] = std::move(record);
        }
    }
    std::vector<LaunchRecord> take() { return std::move(launches_); }

  private:
    static void take_blocks(LaunchRecord* from, std::size_t count, const std::string& where, LaunchRecord& to) {
        const std::size_t there = from == nullptr ? 0 : from->launch.blocks.size();
        if (count > there) {
            throw DataError(
                fmt::format("{}.{}: {} blocks, but an earlier line has {}", where, blocks_before_key, count, there));
        }
        if (from != nullptr) {
            std::vector<Block> blocks = std::move(from->launch.blocks);
            blocks.resize(count);
            std::move(to.launch.blocks.begin(), to.launch.blocks.end(), std::back_inserter(blocks));
            to.launch.blocks = std::move(blocks);
        }
    }

    std::map<std::pair<std::string, int>, std::size_t> places_;
    std::vector<LaunchRecord> launches_;
};

Json parse_line(std::string_view line, const std::string& where) {
    Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) {
        throw DataError(where + ": damaged: not valid JSON");
    }
    return json;
}

}  // namespace

Journal::Journal(fs::path path, int flags)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | flags, 0644)) {
    if (descriptor_.get() < 0) {
        throw DataError(cannot_write(path_, errno));
    }
}

Journal Journal::create(const fs::path& path, const JournalHeader& header) {
    Journal journal(path, O_CREAT | O_TRUNC);
    journal.write_line(to_json(header));
    if (journal.failure_) {
        std::error_code ignored;
        if (fs::is_regular_file(path, ignored)) {  // No device.
            journal.remove();
        }
        throw DataError(*journal.failure_);
    }
    return journal;
}

Journal Journal::append_to(const fs::path& path) {
    // A line torn by a kill must not swallow the first line that follows it.
    const std::string text = read_file(path);
    const auto whole = text.rfind('\n') + 1;
    if (whole != text.size() && ::truncate(path.c_str(), static_cast<off_t>(whole)) != 0) {
        throw DataError(cannot_write(path, errno));
    }
    return {path, O_APPEND};
}

template <typename Make>
void Journal::append_line(Make make) noexcept {
    if (failure_) {
        return;
    }
    try {
        write_line(make());
    } catch (const std::exception& error) {
        failure_ = fmt::format("{}: cannot write: {}", path_.string(), error.what());
    }
}

void Journal::append(const LaunchRecord& record) noexcept {
    append_line([&] {
        const std::size_t blocks = record.launch.blocks.size();
        std::size_t& written = blocks_written_[{record.cell, record.launch.number}];
        const std::size_t before = written <= blocks ? written : 0;
        written = blocks;
        Json json = to_json(record, before);
        if (before > 0) {
            json[blocks_before_key] = before;
        }
        return json;
    });
}

void Journal::append(const AuditRecord& record) noexcept {
    append_line([&] { return to_json(record); });
}

void Journal::write_line(const Json& json) {
    // In one call, so that a line is there whole or not at all but for a full disk or a power cut.
    int cause = write_all(descriptor_.get(), json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    if (cause == 0) {
        cause = sync_data(descriptor_.get());
    }
    if (cause != 0) {
        failure_ = cannot_write(path_, cause);
    }
}

void Journal::remove() {
    ::unlink(path_.c_str());
}

JournalContent read_journal(const fs::path& path) {
    const std::string text = read_file(path);
    JournalContent content;
    Launches launches;
    std::size_t line = 0;
    for (std::size_t start = 0, end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
        const std::string where = fmt::format("{}:{}", path.string(), ++line);
        const Json json = parse_line(std::string_view(text).substr(start, end - start), where);
        if (line == 1) {
            content.header = header_from(json, where);
        } else if (json.contains("audited")) {
            content.audits.push_back(audit_record_from(json, where + ": audit record"));
        } else {
            launches.add(json, where + ": launch");
        }
    }
    if (line == 0) {
        throw DataError(fmt::format("{}:1: holds no whole line", path.string()));
    }
    content.launches = launches.take();
    return content;
}

fs::path journal_path(const fs::path& output) {
    return output.string() + ".journal";
}

}  // namespace gravbench::records
