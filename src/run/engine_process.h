#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/files.h"

namespace gravbench::run {

using Environment = std::map<std::string, std::string>;

/// A program that speaks the engine protocol.
struct Engine {
    std::string name;
    std::vector<std::string> command;  ///< the program and its arguments
    Environment environment = {};      ///< what it needs beyond what settings say
    std::string origin = {};           ///< the file that --engine takes for it
};

/// What every engine gets from this process's environment: where programs, libraries and the user's files are, and the
/// language. Nothing else, so that a stray export cannot change a result unseen.
Environment inherited_environment();

/// How a process ended.
struct Ending {
    std::string problem;  ///< engine_exited, engine_crashed, engine_killed
    std::string message;
    int exit_status = -1;  ///< -1 where it did not exit by itself
};

/// One engine process, in a process group of its own, its stdout and stderr in a file. Killed with all its children at
/// the end of its life, and by the kernel if this process dies first.
class EngineProcess {
  public:
    /// Throws EngineError engine_not_started.
    EngineProcess(const Engine& engine, const Environment& environment, const std::filesystem::path& log);
    ~EngineProcess();
    EngineProcess(const EngineProcess&) = delete;
    EngineProcess& operator=(const EngineProcess&) = delete;

    /// This side's end of the channel. Whoever takes it closes it.
    int take_channel();
    const std::filesystem::path& log() const { return log_; }
    int id() const { return process_; }

    /// Whether the log is larger than any reasonable one: what prints without end would fill the disk.
    bool has_printed_too_much() const;
    static constexpr std::uintmax_t most_log_bytes = 256U << 20;

    /// Whether the process has ended.
    bool has_ended();
    /// Waits until the process has ended, at most that long; kills it then. Says how it ended.
    Ending wait(int most_milliseconds);

  private:
    void kill_group() const;

    pid_t process_ = -1;
    FileDescriptor channel_;
    bool has_ended_ = false;
    int status_ = 0;  ///< as waitpid() has it, once it has ended
    std::filesystem::path log_;
    std::int64_t out_of_memory_kills_before_ = 0;
};

}  // namespace gravbench::run
