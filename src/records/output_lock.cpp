#include "records/output_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/errors.h"

namespace gravbench::records {
namespace {

namespace fs = std::filesystem;

/// "4711 gravbench run net -o results.json"
std::string this_process() {
    constexpr std::size_t most_shown = 200;
    std::string command;
    try {
        command = read_file("/proc/self/cmdline");  // words, each with a zero behind it
    } catch (const DataError&) {
        command = "gravbench";
    }
    command = command.substr(0, command.find_last_not_of('\0') + 1);
    if (command.size() > most_shown) {
        command = command.substr(0, most_shown) + "...";
    }
    std::replace_if(
        command.begin(), command.end(), [](unsigned char c) { return c < ' '; }, ' ');
    return fmt::format("{} {}", ::getpid(), command);
}

[[noreturn]] void throw_is_taken(const fs::path& lock) {
    const fs::path output = fs::path(lock).replace_extension();
    const std::string owner = read_tail(lock, 1000);
    const auto blank = owner.find(' ');
    // Between its lock and its line there is a moment.
    const std::string who = blank == std::string::npos
                                ? "another process"
                                : fmt::format("process {} ({})", owner.substr(0, blank), owner.substr(blank + 1));
    throw UsageError(
        fmt::format("{}: {} measures into it; wait for its end, or give another -o", output.string(), who));
}

FileDescriptor open_lock(const fs::path& path) {
    FileDescriptor opened(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (opened.get() < 0 && errno == EACCES) {  // One that another user left.
        return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    }
    return opened;
}

/// The last owner may have removed the file after it was opened here: then a lock of it means nothing.
bool is_still_there(int descriptor, const fs::path& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

}  // namespace

OutputLock::OutputLock(const fs::path& output) : path_(output.string() + ".lock"), descriptor_(-1) {
    while (!try_to_lock()) {
    }
    if (unlocked_because_) {
        descriptor_ = FileDescriptor(-1);
        return;
    }
    // For whom it keeps out; a lock without it is a lock all the same.
    if (::ftruncate(descriptor_.get(), 0) == 0) {
        write_all(descriptor_.get(), this_process());
    }
}

/// False where it must be tried again.
bool OutputLock::try_to_lock() {
    descriptor_ = open_lock(path_);
    if (descriptor_.get() < 0) {
        unlocked_because_ = fmt::format("{}: cannot write: {}", path_.string(), std::strerror(errno));
        return true;
    }
    while (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) != 0) {
        const int cause = errno;
        if (cause == EWOULDBLOCK) {
            throw_is_taken(path_);
        }
        if (cause != EINTR) {
            unlocked_because_ = fmt::format("{}: cannot be locked: {}", path_.string(), std::strerror(cause));
            ::unlink(path_.c_str());
            return true;
        }
    }
    return is_still_there(descriptor_.get(), path_);
}

OutputLock::~OutputLock() {
    if (descriptor_.get() >= 0) {
        ::unlink(path_.c_str());  // While it is still locked: nobody else can hold what is removed here.
    }
}

}  // namespace gravbench::records
