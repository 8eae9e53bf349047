#include "records/output_lock.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

#include "base/errors.h"
#include "catch.h"

namespace gravbench::records {
namespace {

namespace fs = std::filesystem;

/// Another process that has the lock of `output`, and has started a program of its own, as a run starts engines.
class OtherRun {
  public:
    explicit OtherRun(const fs::path& output) {
        std::array<int, 2> ready{};
        REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
        process_ = ::fork();
        if (process_ == 0) {
            hold(output, ready[1]);
        }
        ::close(ready[1]);
        REQUIRE(::read(ready[0], &program_, sizeof program_) == static_cast<ssize_t>(sizeof program_));
        ::close(ready[0]);
    }
    ~OtherRun() {
        kill_run();
        ::kill(program_, SIGKILL);
    }
    OtherRun(const OtherRun&) = delete;
    OtherRun& operator=(const OtherRun&) = delete;

    pid_t process() const { return process_; }
    /// The program that it started lives on.
    void kill_run() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(std::exchange(process_, -1), nullptr, 0);
        }
    }
    bool is_program_alive() const { return ::kill(program_, 0) == 0; }

  private:
    [[noreturn]] static void hold(const fs::path& output, int ready) {
        const OutputLock lock(output);
        // Closed by exec, and by nothing before: when the reader sees its end the program runs.
        std::array<int, 2> started{};
        if (::pipe2(started.data(), O_CLOEXEC) != 0) {
            ::_exit(1);
        }
        const pid_t program = ::fork();
        if (program == 0) {
            ::execlp("sleep", "sleep", "60", static_cast<char*>(nullptr));
            ::_exit(1);
        }
        ::close(started[1]);
        char nothing = 0;
        if (::read(started[0], &nothing, 1) != 0 || ::write(ready, &program, sizeof program) < 0) {
            ::_exit(1);
        }
        while (true) {
            ::pause();
        }
    }

    pid_t process_ = -1;
    pid_t program_ = -1;
};

TEST_CASE("a second run into one output is refused with the process that has it and its command") {
    const TemporaryFolder folder;
    const fs::path output = folder.path() / "results.json";
    const OtherRun other(output);
    CHECK_THROWS_AS(OutputLock(output), UsageError);
    CHECK_THROWS_WITH(OutputLock(output),
                      Contains(output.string() + ": process " + std::to_string(other.process()) + " (") &&
                          Contains("records_tests") && Contains("give another -o"));
}

TEST_CASE("another output is another lock") {
    const TemporaryFolder folder;
    const OtherRun other(folder.path() / "a.json");
    CHECK_NOTHROW(OutputLock(folder.path() / "b.json"));
}

TEST_CASE("a lock ends with a run that is killed, though what the run started lives on") {
    const TemporaryFolder folder;
    const fs::path output = folder.path() / "results.json";
    OtherRun other(output);
    other.kill_run();
    REQUIRE(other.is_program_alive());
    CHECK(fs::exists(output.string() + ".lock"));
    const OutputLock lock(output);
    CHECK_FALSE(lock.unlocked_because());
    CHECK_THROWS_WITH(OutputLock(output), Contains("process " + std::to_string(::getpid()) + " ("));
}

TEST_CASE("the lock's file is gone at the end, and the output can be locked again") {
    const TemporaryFolder folder;
    const fs::path output = folder.path() / "results.json";
    {
        const OutputLock lock(output);
        CHECK(fs::exists(output.string() + ".lock"));
    }
    CHECK(fs::is_empty(folder.path()));
    CHECK_NOTHROW(OutputLock(output));
}

TEST_CASE("a refused run takes nothing from the one that has the lock") {
    const TemporaryFolder folder;
    const fs::path output = folder.path() / "results.json";
    const OutputLock lock(output);
    CHECK_THROWS_AS(OutputLock(output), UsageError);
    CHECK_THROWS_AS(OutputLock(output), UsageError);
    CHECK(fs::exists(output.string() + ".lock"));
}

TEST_CASE("a lock goes where it is moved") {
    const TemporaryFolder folder;
    const fs::path output = folder.path() / "results.json";
    std::optional<OutputLock> kept;
    {
        OutputLock lock(output);
        kept.emplace(std::move(lock));
    }
    CHECK_THROWS_AS(OutputLock(output), UsageError);
    kept.reset();
    CHECK_NOTHROW(OutputLock(output));
}

TEST_CASE("where nothing can be locked a run goes on and can say why") {
    const OutputLock lock("/nowhere/results.json");
    REQUIRE(lock.unlocked_because());
    CHECK(*lock.unlocked_because() == "/nowhere/results.json.lock: cannot write: No such file or directory");
}

}  // namespace
}  // namespace gravbench::records
