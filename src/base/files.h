#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gravbench {

/// The whole file. Throws DataError naming the file and the reason.
std::string read_file(const std::filesystem::path& path);

/// The last bytes of a file, at most `most`; empty where it cannot be read. Starts at a line's beginning where it was
/// cut.
std::string read_tail(const std::filesystem::path& path, std::size_t most);

/// Writes beside the target, syncs, renames: a reader sees the old file or the new one, never half of one.
/// A target that is no regular file (/dev/stdout, a pipe) is written directly. Throws DataError.
void write_file(const std::filesystem::path& path, std::string_view content);

/// Throws DataError where a file could not be written there: folder missing, no permission, the name of a folder.
/// Called before measuring, so that an hour's work is not lost to a wrong path. Leaves nothing behind.
void check_writable(const std::filesystem::path& path);

/// SHA-256 in lower-case hexadecimal.
std::string sha256_of_file(const std::filesystem::path& path);
std::string sha256_of_text(std::string_view text);

/// A new folder under $TMPDIR (or /tmp), removed with its content at the end of its life.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// Where caches of this user go: $XDG_CACHE_HOME/gravbench, else ~/.cache/gravbench, else a folder under /tmp.
std::filesystem::path user_cache_folder();

/// The folder of the running executable.
std::filesystem::path executable_folder();

}  // namespace gravbench
