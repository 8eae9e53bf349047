#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/files.h"

namespace gravbench::records {

/// Held while a run lasts, so that no second one measures into the same output: a lock on a file beside it
/// (results.json.lock), which is removed at the end. The kernel ends the lock with the process, whatever it died of; a
/// file that is left is taken over. Engines do not inherit it.
class OutputLock {
  public:
    /// Throws UsageError that names the process that has it, and its command.
    explicit OutputLock(const std::filesystem::path& output);
    ~OutputLock();
    OutputLock(OutputLock&&) = default;
    OutputLock(const OutputLock&) = delete;
    OutputLock& operator=(const OutputLock&) = delete;
    OutputLock& operator=(OutputLock&&) = delete;

    /// Why nothing is locked: some file systems have no locks, and what cannot be written cannot be locked. A run goes
    /// on without.
    const std::optional<std::string>& unlocked_because() const { return unlocked_because_; }

  private:
    bool try_to_lock();

    std::filesystem::path path_;
    FileDescriptor descriptor_;
    std::optional<std::string> unlocked_because_;
};

}  // namespace gravbench::records
