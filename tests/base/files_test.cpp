#include "base/files.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "base/errors.h"
#include "catch.h"

namespace gravbench {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    return names;
}

/// While it lives no file of this process can grow beyond some bytes, as on a full disk.
class FullDisk {
  public:
    explicit FullDisk(rlim_t most) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{most, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

  private:
    rlimit before_{};
    void (*handler_)(int);
};

TEST_CASE("what was written is read back, bytes and all") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "a file.json";
    const std::string content("line\n\0\xff\r\n", 9);
    write_file(path, content);
    CHECK(read_file(path) == content);
    write_file(path, "");
    CHECK(read_file(path).empty());
    CHECK(names_in(folder.path()) == std::vector<std::string>{"a file.json"});
}

TEST_CASE("a write that fails keeps the old content and leaves nothing else behind") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "results.json";
    write_file(path, "old");
    {
        const FullDisk disk(1000);
        errno = ESRCH;  // Another call's: the write that is cut short sets none.
        CHECK_THROWS_WITH(write_file(path, std::string(5000, 'x')), path.string() + ": cannot write: File too large");
    }
    CHECK(read_file(path) == "old");
    CHECK(names_in(folder.path()) == std::vector<std::string>{"results.json"});
}

TEST_CASE("a file in no folder cannot be written and says so by name") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "absent" / "results.json";
    CHECK_THROWS_WITH(write_file(path, "x"), path.string() + ": cannot write: No such file or directory");
}

TEST_CASE("a device is written in place") {
    CHECK_NOTHROW(write_file("/dev/null", "x"));
    CHECK(fs::is_character_file("/dev/null"));
    CHECK_THROWS_WITH(write_file("/dev/full", "x"), "/dev/full: cannot write: No space left on device");
}

TEST_CASE("a file that is absent or a folder cannot be read and says so by name") {
    const TemporaryFolder folder;
    const fs::path absent = folder.path() / "absent";
    CHECK_THROWS_WITH(read_file(absent), absent.string() + ": cannot read: No such file or directory");
    CHECK_THROWS_WITH(read_file(folder.path()), folder.path().string() + ": is a folder, not a file");
}

TEST_CASE("what has no end is not read to its end") {
    CHECK_THROWS_WITH(read_file("/dev/zero"), "/dev/zero: gives more than 512 MiB, and is no regular file");
}

TEST_CASE("a place that can be written is accepted and left as it was") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "results.json";
    CHECK_NOTHROW(check_writable(path));
    CHECK(names_in(folder.path()).empty());
    write_file(path, "old");
    CHECK_NOTHROW(check_writable(path));
    CHECK(read_file(path) == "old");
    CHECK_NOTHROW(check_writable("/dev/null"));
}

TEST_CASE("a place that cannot be written is refused before anything is measured") {
    const TemporaryFolder folder;
    const fs::path absent = folder.path() / "absent";
    CHECK_THROWS_WITH(check_writable(absent / "r.json"),
                      (absent / "r.json").string() + ": cannot write: there is no folder " + absent.string());
    CHECK_THROWS_WITH(check_writable(folder.path()), Contains("it is a folder; give the name of a file"));
    CHECK_THROWS_AS(check_writable("/proc/gravbench.json"), DataError);  // where not even root can write
}

TEST_CASE("a read-only file or folder is refused") {
    if (::geteuid() == 0) {
        SUCCEED("root may write everywhere");
        return;
    }
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "results.json";
    write_file(path, "old");
    fs::permissions(path, fs::perms::owner_read);
    CHECK_THROWS_AS(check_writable(path), DataError);
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    CHECK_THROWS_AS(check_writable(folder.path() / "other.json"), DataError);
    fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST_CASE("SHA-256 is the standard's") {
    // FIPS 180-2, appendix B, and the empty message; the million of "a" crosses no buffer boundary but hashes in
    // pieces.
    CHECK(sha256_of_text("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_of_text("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_of_text(std::string(1000000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("the hash of a file is that of its content, whatever its size") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "model.pt";
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{1} << 20, (std::size_t{1} << 21) + 1}) {
        const std::string content(size, 'm');
        write_file(path, content);
        CHECK(sha256_of_file(path) == sha256_of_text(content));
    }
    CHECK_THROWS_WITH(sha256_of_file(folder.path() / "absent"), Contains("cannot read: No such file or directory"));
    CHECK_THROWS_WITH(sha256_of_file(folder.path()), Contains("cannot read: Is a directory"));
}

TEST_CASE("the tail of a log starts at a line's beginning") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "log";
    write_file(path, "first line\nsecond\nthird\n");
    CHECK(read_tail(path, 1000) == "first line\nsecond\nthird\n");
    CHECK(read_tail(path, 15) == "second\nthird\n");
    CHECK(read_tail(path, 8) == "third\n");
}

TEST_CASE("the tail of a log is not empty where its last line alone is too long") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "log";
    write_file(path, "0123456789");
    CHECK(read_tail(path, 4) == "6789");
    write_file(path, "0123456789\n");
    CHECK(read_tail(path, 4) == "789\n");
}

TEST_CASE("the tail of what cannot be read is empty") {
    const TemporaryFolder folder;
    CHECK(read_tail(folder.path() / "absent", 100).empty());
    CHECK(read_tail(folder.path(), 100).empty());
}

TEST_CASE("a temporary folder is new, and gone with its content at the end") {
    fs::path first;
    {
        const TemporaryFolder one;
        const TemporaryFolder other;
        first = one.path();
        CHECK(one.path() != other.path());
        fs::create_directories(first / "deep" / "er");
        write_file(first / "deep" / "er" / "file", "x");
    }
    CHECK_FALSE(fs::exists(first));
}

}  // namespace
}  // namespace gravbench
