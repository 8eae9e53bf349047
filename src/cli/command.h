#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/exit_code.h"

namespace gravbench::cli {

/// What a subcommand does once its flags are parsed.
using Action = std::function<ExitCode()>;

/// One subcommand. The table `commands()` is the only list of them.
struct Command {
    std::string name;
    std::string help;
    /// Adds the flags and returns the action. What the flags write to must live as long as the action.
    Action (*set_up)(CLI::App& app, const std::vector<std::string>& command_line);
};

const std::vector<Command>& commands();

Action set_up_run(CLI::App& app, const std::vector<std::string>& command_line);
Action set_up_audit(CLI::App& app, const std::vector<std::string>& command_line);
Action set_up_compare(CLI::App& app, const std::vector<std::string>& command_line);
Action set_up_noise(CLI::App& app, const std::vector<std::string>& command_line);
Action set_up_doctor(CLI::App& app, const std::vector<std::string>& command_line);
Action set_up_check_engine(CLI::App& app, const std::vector<std::string>& command_line);
Action set_up_show(CLI::App& app, const std::vector<std::string>& command_line);
Action set_up_models(CLI::App& app, const std::vector<std::string>& command_line);
Action set_up_schema(CLI::App& app, const std::vector<std::string>& command_line);

}  // namespace gravbench::cli
