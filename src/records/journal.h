#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "records/audit_record.h"
#include "records/launch_record.h"
#include "records/output_lock.h"

namespace gravbench::records {

/// Which run a journal belongs to.
struct JournalHeader {
    std::string id;
    std::string started;  ///< UTC, ISO 8601
    /// What must be equal for its launches to belong to another try of the run, by the names that its user knows.
    std::map<std::string, std::string> fingerprint;
};

/// The file beside the output to which a launch is appended and synced after each of its blocks while a run lasts, so
/// that a kill loses at most the block in flight. JSON Lines: a header that says what the run is, then launch and audit
/// records. A launch that stands there already is appended with its new blocks only, so that the file grows by what was
/// measured; `blocks_before` says how many of its earlier line's still count.
class Journal {
  public:
    /// Starts a new journal, replacing what was there. Throws DataError, and then leaves no file.
    static Journal create(const std::filesystem::path& path, const JournalHeader& header);
    /// Goes on with one that was read. Throws DataError.
    static Journal append_to(const std::filesystem::path& path);

    /// A journal is a safety net, so a full disk ends no run: after the first failure nothing more is written.
    void append(const LaunchRecord& record) noexcept;
    void append(const AuditRecord& record) noexcept;
    /// Why the journal could not be written, with the file's name; nothing as long as all went well.
    const std::optional<std::string>& failure() const { return failure_; }
    /// The run's document is written: the journal has done its work.
    void remove();

  private:
    Journal(std::filesystem::path path, int flags);
    void write_line(const Json& json);
    template <typename Make>
    void append_line(Make make) noexcept;

    std::filesystem::path path_;
    FileDescriptor descriptor_;
    std::optional<std::string> failure_;
    /// By cell and number of the launch.
    std::map<std::pair<std::string, int>, std::size_t> blocks_written_;
};

/// What a journal holds. A launch that stands there more than once counts as it was last written.
struct JournalContent {
    JournalHeader header;
    std::vector<LaunchRecord> launches;
    std::vector<AuditRecord> audits;
};
/// A last line that was torn by a kill is dropped. Throws DataError with file and line for damage elsewhere, and for a
/// journal of another version of gravbench.
JournalContent read_journal(const std::filesystem::path& path);

/// results.json -> results.json.journal
std::filesystem::path journal_path(const std::filesystem::path& output);

}  // namespace gravbench::records
