#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "compare/run_history.h"
#include "document/document.h"
#include "machine/machine.h"

/// Earlier runs, by which the spread between two runs is known.
namespace gravbench::cli {

struct HistoryFlags {
    std::vector<std::string> folders;
};

CLI::Option* add_history_flag(CLI::App& app, HistoryFlags& flags);

/// Where `noise --runs` keeps the runs of machines of this kind: a folder of the user's.
std::filesystem::path noise_folder(const machine::Machine& machine);

/// Adds the documents of a folder; comparisons and other files are passed over. One that cannot be read is named on
/// stderr and does not count. Throws DataError for a folder that cannot be listed.
void add_folder(const std::filesystem::path& folder, compare::RunHistory& history);

/// What the folders of the flags and the user's own hold for verdicts on runs on these machines. Throws UsageError for
/// a flag that names no folder, and as add_folder() does.
compare::RunHistory history_for(const HistoryFlags& flags, const std::vector<machine::Machine>& machines,
                                const std::vector<std::string>& metrics);

}  // namespace gravbench::cli
