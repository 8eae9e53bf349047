#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "results/audit_record.h"
#include "results/launch_record.h"

namespace gravbench::results {

/// The file beside the output to which a launch is appended and synced after each of its blocks while a run lasts, so
/// that a kill loses at most the block in flight. JSON Lines: a header that says what the run is, then launch and audit
/// records.
class Journal {
  public:
    /// Starts a new journal with the header, replacing what was there. Throws DataError.
    static Journal create(const std::filesystem::path& path, const Json& header);
    /// Goes on with one that was read.
    static Journal append_to(const std::filesystem::path& path);

    ~Journal();
    Journal(Journal&& other) noexcept;
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    Journal& operator=(Journal&&) = delete;

    void append(const LaunchRecord& record);
    void append(const AuditRecord& record);
    /// The run's document is written: the journal has done its work.
    void remove();

  private:
    Journal(std::filesystem::path path, int flags);
    void write_line(const Json& json);

    std::filesystem::path path_;
    int descriptor_;
};

/// What a journal holds. A last line that was torn by a kill is dropped; damage elsewhere throws DataError.
struct JournalContent {
    Json header;
    std::vector<LaunchRecord> launches;
    std::vector<AuditRecord> audits;
};
JournalContent read_journal(const std::filesystem::path& path);

/// results.json -> results.json.journal
std::filesystem::path journal_path(const std::filesystem::path& output);

}  // namespace gravbench::results
