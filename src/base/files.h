#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace gravbench {

/// Closed at the end of its life; -1 is none.
class FileDescriptor {
  public:
    explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
    ~FileDescriptor();
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    int get() const { return descriptor_; }
    /// From now on whoever takes it closes it.
    int release() { return std::exchange(descriptor_, -1); }

  private:
    int descriptor_;
};

/// Writes all of it, however many calls that takes: a disk that fills up takes a part first, and says why only at the
/// next call. The errno of the call that failed; 0 where none did.
int write_all(int descriptor, std::string_view content);

/// Sees to it that what was written outlives a power cut, where the file system can do that. The errno of the call; 0
/// where it did not fail.
int sync_data(int descriptor);

/// Prints and flushes; whether all of it was written. Progress and warnings are lost where a disk is full or a reader
/// gone, and nothing else.
bool print_to(std::FILE* stream, std::string_view text) noexcept;

/// Whether two names are those of one file, be it there or not.
bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& other);

/// Whether something is there, and what, as far as can be seen: a name that is too long or a folder that may not be
/// looked into is no reason to throw.
bool is_there(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);
bool is_plain_file(const std::filesystem::path& path);

/// Why a file that is_there() does not see is not there: "no such file", "Permission denied", "File name too long".
std::string why_not_there(const std::filesystem::path& path);

/// The whole file; of what is no regular file (a pipe, a device) at most half a gibibyte, since it may have no end.
/// Throws DataError naming the file and the reason.
std::string read_file(const std::filesystem::path& path);

/// The last bytes of a file, at most `most`; empty where it cannot be read. Starts at a line's beginning where it was
/// cut.
std::string read_tail(const std::filesystem::path& path, std::size_t most);

/// Writes beside the target, syncs, renames: a reader sees the old file or the new one, never half of one. The target
/// of a symbolic link is replaced, not the link; what is no regular file (/dev/stdout, a pipe) is written directly.
/// Throws DataError; what was there stays.
void write_file(const std::filesystem::path& path, std::string_view content);

/// The folder and all above it, where they are not there yet. Throws DataError.
void make_folders(const std::filesystem::path& folder);

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

/// Where what is kept of this user goes: $XDG_DATA_HOME/gravbench, else ~/.local/share/gravbench, else a folder under
/// /tmp.
std::filesystem::path user_data_folder();

/// The folder of the running executable.
std::filesystem::path executable_folder();

}  // namespace gravbench
