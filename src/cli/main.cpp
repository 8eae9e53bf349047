// gravbench: the front. Flags become a plan, the plan a results document, the document a view.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <new>

#include "base/errors.h"
#include "base/exit_code.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/command.h"
#include "gravbench_version.h"

namespace {

using namespace gravbench;

std::vector<std::string> flags_of(const CLI::App& command) {
    std::vector<std::string> flags;
    for (const CLI::Option* option : command.get_options()) {
        flags.push_back(option->get_name());
    }
    return flags;
}

/// "The following argument was not expected: --fpmaht" gains the flag that was probably meant, or the commands that
/// have it.
std::string unexpected(const CLI::App& app, const std::string& message) {
    const auto start = message.find("--");
    if (start == std::string::npos) {
        return message;
    }
    const std::string flag = message.substr(start, message.find_first_of(" =", start) - start);
    std::string having_it;
    for (const CLI::App* command : app.get_subcommands({})) {
        const std::vector<std::string> flags = flags_of(*command);
        if (std::find(flags.begin(), flags.end(), flag) != flags.end()) {
            having_it += (having_it.empty() ? "" : ", ") + command->get_name();
        }
    }
    if (!having_it.empty()) {
        return message + "; it is a flag of " + having_it;
    }
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    return chosen.empty() ? message : message + did_you_mean(flag, flags_of(*chosen.front()));
}

std::string no_command(const std::vector<std::string>& command_line) {
    std::vector<std::string> names;
    for (const cli::Command& command : cli::commands()) {
        names.push_back(command.name);
    }
    const std::string expected = fmt::format("{}", fmt::join(names, ", "));
    return command_line.size() < 2 ? fmt::format("no command given: expected one of {}; see gravbench --help", expected)
                                   : fmt::format("\"{}\" is not a command; expected one of {}{}", command_line[1],
                                                 expected, did_you_mean(command_line[1], names));
}

int run(int argc, char** argv) {
    CLI::App app("gravbench measures TorchScript models on CPUs: latency, throughput, accuracy, and what really ran.");
    app.name("gravbench");
    app.set_version_flag("--version", fmt::format("gravbench {} ({})", version, commit));
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 fine, 1 a regression, 2 wrong usage or config, 3 accuracy below the limit, 4 not trustworthy,\n"
        "            5 a cell failed, 6 what was measured could not be written where it should,\n"
        "            130 interrupted (what was measured is kept).");
    std::map<const CLI::App*, cli::Action> actions;
    const std::vector<std::string> command_line(argv, argv + argc);
    for (const cli::Command& command : cli::commands()) {
        CLI::App* sub = app.add_subcommand(command.name, command.help);
        actions[sub] = command.set_up(*sub, command_line);
    }
    try {
        app.parse(argc, argv);
        return static_cast<int>(actions.at(app.get_subcommands().front())());
    } catch (const CLI::Success& success) {
        return app.exit(success);  // --help and --version
    } catch (const CLI::ExtrasError& error) {
        throw UsageError(unexpected(app, error.what()));
    } catch (const CLI::ParseError& error) {
        throw UsageError(app.get_subcommands().empty() ? no_command(command_line) : error.what());
    }
}

/// Where a standard stream is closed, the next file that is opened would take its number, and what is printed would go
/// into that file. Writing to what stands there instead fails, as to a closed one.
void keep_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) < 0) {
            ::open("/dev/null", O_RDONLY);
        }
    }
}

int complain(const std::string& message, ExitCode code) {
    print_to(stderr, "gravbench: " + message + "\n");
    return static_cast<int>(code);
}

/// What was printed counts only where it arrived.
int with_stdout_written(int code) {
    const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    return is_written || code != 0 ? code : complain("stdout cannot be written", ExitCode::usage);
}

}  // namespace

int main(int argc, char** argv) {
    keep_standard_descriptors();
    // Beyond `ulimit -f` a write fails, as on a full disk, instead of ending the run. Engines inherit that.
    ::signal(SIGXFSZ, SIG_IGN);
    // Whoever started this process may ignore it; then no engine could be waited for.
    ::signal(SIGCHLD, SIG_DFL);
    try {
        return with_stdout_written(run(argc, argv));
    } catch (const Error& error) {
        return complain(error.what(), error.code());
    } catch (const std::bad_alloc&) {
        return complain("out of memory", ExitCode::usage);
    } catch (const std::exception& error) {
        return complain(error.what(), ExitCode::usage);
    }
}
