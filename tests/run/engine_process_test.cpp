#include "run/engine_process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <utility>

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "run/engine_definition.h"

namespace gravbench::run {
namespace {

/// A shell that runs `script` in an engine's place.
struct Shell {
    explicit Shell(const std::string& script, Environment environment = inherited_environment())
        : process({"shell", {"/bin/sh", "-c", script}}, std::move(environment), folder.path() / "log") {}
    std::string log() const { return read_file(process.log()); }

    TemporaryFolder folder;
    EngineProcess process;
};

constexpr int patience_ms = 60000;

/// Whoever inherits the process reaps it in its own time; until then it is a zombie, which runs no more.
bool runs(pid_t process) {
    const std::filesystem::path stat = "/proc/" + std::to_string(process) + "/stat";
    std::error_code ignored;
    return std::filesystem::exists(stat, ignored) && read_tail(stat, 4096).find(") Z") == std::string::npos &&
           ::kill(process, 0) == 0;
}

/// A kill is carried out when the kernel next runs the process.
bool ends(pid_t process) {
    for (int waited = 0; runs(process) && waited < patience_ms; ++waited) {
        ::usleep(1000);
    }
    return !runs(process);
}

int open_descriptors() {
    const std::filesystem::directory_iterator listing("/proc/self/fd");
    return static_cast<int>(std::distance(begin(listing), end(listing)));
}

/// Lets this process open so many descriptors more, while it lives.
class DescriptorLimit {
  public:
    explicit DescriptorLimit(int more) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const FileDescriptor next(::open("/dev/null", O_RDONLY));
        rlimit lower = before_;
        lower.rlim_cur = static_cast<rlim_t>(next.get() + more);
        ::setrlimit(RLIMIT_NOFILE, &lower);
    }
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;

  private:
    rlimit before_{};
};

TEST_CASE("an engine that there are no descriptors left for is refused, and leaves none open") {
    const TemporaryFolder folder;
    const int before = open_descriptors();
    // The log, two ends of the channel, two of the report; then four more in the child.
    for (int more = 0; more < 9; ++more) {
        std::string message;
        {
            const DescriptorLimit limit(more);
            try {
                EngineProcess({"true", {"/bin/true"}}, {}, folder.path() / "log");
            } catch (const EngineError& error) {
                message = error.what();
            }
        }
        INFO(more << " more");
        CHECK_THAT(message, Contains("/bin/true: Too many open files"));
        CHECK(open_descriptors() == before);
    }
}

TEST_CASE("an exit status, a signal and a kill are told apart") {
    const Ending exited = Shell("exit 7").process.wait(patience_ms);
    CHECK(exited.problem == "engine_exited");
    CHECK(exited.message == "it ended with exit status 7");
    const Ending crashed = Shell("kill -SEGV $$").process.wait(patience_ms);
    CHECK(crashed.problem == "engine_crashed");
    CHECK_THAT(crashed.message, Contains("signal 11"));
    const Ending killed = Shell("kill -KILL $$").process.wait(patience_ms);
    CHECK(killed.problem == "engine_killed");
    CHECK_THAT(killed.message, Contains("out-of-memory") || Contains("out of memory"));
}

TEST_CASE("a process that does not end in time is killed") {
    Shell shell("trap '' TERM; sleep 1000 & wait");
    CHECK(shell.process.wait(50).problem == "engine_garbled");
}

TEST_CASE("stdout and stderr are the log, in the order written") {
    Shell shell("echo one; echo two >&2; echo three");
    shell.process.wait(patience_ms);
    CHECK(shell.log() == "one\ntwo\nthree\n");
}

TEST_CASE("standard input is empty") {
    Shell shell("read line || echo nothing to read");
    shell.process.wait(patience_ms);
    CHECK(shell.log() == "nothing to read\n");
}

TEST_CASE("the environment is the one given and the channel's number, nothing else") {
    ::setenv("DNNL_DEFAULT_FPMATH_MODE", "ANY", 1);
    Shell shell("env", {{"PATH", "/usr/bin:/bin"}, {"OMP_NUM_THREADS", "2"}});
    shell.process.wait(patience_ms);
    ::unsetenv("DNNL_DEFAULT_FPMATH_MODE");
    CHECK_THAT(shell.log(), Contains("GRAVBENCH_CHANNEL=3\n"));
    CHECK_THAT(shell.log(), Contains("OMP_NUM_THREADS=2\n"));
    CHECK_THAT(shell.log(), !Contains("DNNL_DEFAULT_FPMATH_MODE"));
}

TEST_CASE("only the channel and the three standard descriptors are open in an engine") {
    // Without a pipe or a listing, which would open some of their own; a shell keeps its script's above 9.
    Shell shell("for n in 0 1 2 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$n ] || echo $n; done");
    shell.process.wait(patience_ms);
    CHECK(shell.log() == "0\n1\n2\n3\n");
}

TEST_CASE("a program that cannot be run is refused with the reason") {
    const TemporaryFolder folder;
    try {
        EngineProcess({"none", {"/nowhere/engine"}}, {}, folder.path() / "log");
        FAIL("it was started");
    } catch (const EngineError& error) {
        CHECK(error.problem() == "engine_not_started");
        CHECK_THAT(error.what(), Contains("/nowhere/engine: No such file or directory"));
    }
}

TEST_CASE("a process and its children end with their owner") {
    pid_t child = 0;
    {
        Shell shell("sleep 1000 & echo $!; wait");
        while (shell.log().find('\n') == std::string::npos) {
            ::usleep(1000);
        }
        child = std::stoi(shell.log());
        REQUIRE(::kill(child, 0) == 0);
    }
    CHECK(ends(child));
}

TEST_CASE("an engine by name or path is one that can be run") {
    CHECK_THROWS_WITH(find_engine("/nowhere/engine"), Contains("/nowhere/engine not found"));
    CHECK_THROWS_WITH(find_engine("/"), Contains("not found"));
    const TemporaryFolder folder;
    write_file(folder.path() / "notes", "no program");
    CHECK_THROWS_WITH(find_engine((folder.path() / "notes").string()), Contains("is not executable"));
    CHECK(find_engine("/bin/sh").name == "sh");
}

}  // namespace
}  // namespace gravbench::run
