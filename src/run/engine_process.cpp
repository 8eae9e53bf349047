#include "run/engine_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "base/errors.h"
#include "base/files.h"
#include "machine/machine.h"
#include "protocol/channel.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;

/// Arguments or environment in the form that exec wants.
class CStrings {
  public:
    explicit CStrings(std::vector<std::string> texts) : texts_(std::move(texts)) {
        for (std::string& text : texts_) {
            pointers_.push_back(text.data());
        }
        pointers_.push_back(nullptr);
    }
    char** data() { return pointers_.data(); }

  private:
    std::vector<std::string> texts_;
    std::vector<char*> pointers_;
};

std::vector<std::string> assignments(const Environment& environment) {
    std::vector<std::string> result;
    for (const auto& [name, value] : environment) {
        result.push_back(name + "=" + value);
    }
    return result;
}

/// Runs in the child, between vfork and exec, on this process's memory: only calls that are safe there. It changes
/// errno and its own arguments, which this process looks at no more.
[[noreturn]] void become_engine(char** command, char** environment, int channel, int log, int report) {
    ::setpgid(0, 0);
    // If the front is killed, nobody else would end the engine.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGPIPE, SIG_DFL);  // This process ignores it while it measures.
    // Out of the way of the numbers 0 to 3 first: any of these may have one of them.
    const int moved_report = ::fcntl(report, F_DUPFD_CLOEXEC, 10);
    const int moved_channel = moved_report < 0 ? -1 : ::fcntl(channel, F_DUPFD_CLOEXEC, 10);
    const int moved_log = moved_channel < 0 ? -1 : ::fcntl(log, F_DUPFD_CLOEXEC, 10);
    const int nothing = moved_log < 0 ? -1 : ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const bool is_ready = nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(moved_log, STDOUT_FILENO) >= 0 &&
                          ::dup2(moved_log, STDERR_FILENO) >= 0 &&
                          ::dup2(moved_channel, protocol::channel_descriptor) >= 0;
    if (is_ready) {
        ::execve(command[0], command, environment);
    }
    // Where the limit is 10 or less, a number from 10 on is an invalid one.
    const int error = !is_ready && errno == EINVAL ? EMFILE : errno;
    [[maybe_unused]] const ssize_t written = ::write(moved_report < 0 ? report : moved_report, &error, sizeof error);
    ::_exit(127);
}

/// The process that becomes the engine; -1 with errno where there is none. Not by fork: that copies the tables of this
/// process's memory, which grows with the run, and each page that is written to afterwards.
pid_t start_process(char** command, char** environment, int channel, int log, int report) {
    const pid_t child = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
    if (child == 0) {
        become_engine(command, environment, channel, log, report);  // NOLINT(clang-analyzer-unix.Vfork)
    }
    return child;
}

/// What is written at one end is read at the other; `theirs` is the engine's.
struct Ends {
    FileDescriptor ours;
    FileDescriptor theirs;
};

std::optional<Ends> channel_ends() {
    std::array<int, 2> ends{};
    const bool is_made = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0;
    return is_made ? std::optional(Ends{FileDescriptor(ends[0]), FileDescriptor(ends[1])}) : std::nullopt;
}

std::optional<Ends> pipe_ends() {
    std::array<int, 2> ends{};
    const bool is_made = ::pipe2(ends.data(), O_CLOEXEC) == 0;
    return is_made ? std::optional(Ends{FileDescriptor(ends[0]), FileDescriptor(ends[1])}) : std::nullopt;
}

std::string signal_text(int signal) {
    const char* name = ::strsignal(signal);
    return fmt::format("signal {} ({})", signal, name == nullptr ? "unknown" : name);
}

/// Whether anything came before the end. A signal (Ctrl-C) interrupts a read, and does not end it.
bool read_whole(int descriptor, int& number) {
    ssize_t count = 0;
    do {
        count = ::read(descriptor, &number, sizeof number);
    } while (count < 0 && errno == EINTR);
    return count > 0;
}

}  // namespace

Environment inherited_environment() {
    Environment environment;
    for (const char* name : {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TMPDIR"}) {
        if (const char* value = std::getenv(name)) {
            environment[name] = value;
        }
    }
    return environment;
}

EngineProcess::EngineProcess(const Engine& engine, const Environment& environment, const fs::path& log)
    : channel_(-1), log_(log), out_of_memory_kills_before_(machine::out_of_memory_kills()) {
    const FileDescriptor output(::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
    std::optional<Ends> channel = output.get() < 0 ? std::nullopt : channel_ends();
    std::optional<Ends> report = channel ? pipe_ends() : std::nullopt;
    if (!report) {
        throw EngineError("engine_not_started",
                          fmt::format("cannot prepare {}: {}", engine.command.front(), std::strerror(errno)));
    }
    Environment complete = environment;
    complete[protocol::channel_variable] = std::to_string(protocol::channel_descriptor);
    CStrings command(engine.command);
    CStrings variables(assignments(complete));
    process_ =
        start_process(command.data(), variables.data(), channel->theirs.get(), output.get(), report->theirs.get());
    int error = process_ < 0 ? errno : 0;
    channel_ = std::move(channel->ours);
    report->theirs = FileDescriptor(-1);
    // The pipe closes at exec; what comes through it before is why exec failed.
    if (process_ < 0 || read_whole(report->ours.get(), error)) {
        if (process_ > 0) {
            ::waitpid(process_, nullptr, 0);
        }
        throw EngineError("engine_not_started",
                          fmt::format("cannot start {}: {}", engine.command.front(), std::strerror(error)));
    }
}

EngineProcess::~EngineProcess() {
    kill_group();
    if (!has_ended_) {
        ::waitpid(process_, nullptr, 0);
    }
}

int EngineProcess::take_channel() {
    return channel_.release();
}

bool EngineProcess::has_printed_too_much() const {
    std::error_code ignored;
    return fs::file_size(log_, ignored) > most_log_bytes && !ignored;
}

void EngineProcess::kill_group() const {
    ::kill(-process_, SIGKILL);
}

bool EngineProcess::has_ended() {
    has_ended_ = has_ended_ || ::waitpid(process_, &status_, WNOHANG) == process_;
    return has_ended_;
}

Ending EngineProcess::wait(int most_milliseconds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(most_milliseconds);
    while (!has_ended() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    if (!has_ended_) {
        kill_group();
        ::waitpid(process_, &status_, 0);
        has_ended_ = true;
        return {"engine_garbled", "it closed the channel and went on running"};
    }
    if (WIFEXITED(status_)) {
        const int exit_status = WEXITSTATUS(status_);
        return {"engine_exited", fmt::format("it ended with exit status {}", exit_status), exit_status};
    }
    const int signal = WTERMSIG(status_);
    if (signal != SIGKILL) {
        return {"engine_crashed", fmt::format("it was ended by {}", signal_text(signal))};
    }
    const bool is_out_of_memory = machine::out_of_memory_kills() > out_of_memory_kills_before_;
    return {"engine_killed",
            fmt::format("it was ended by {}; {}", signal_text(signal),
                        is_out_of_memory ? "the kernel ran out of memory and killed a process meanwhile"
                                         : "the kernel counts no out-of-memory kill meanwhile")};
}

}  // namespace gravbench::run
