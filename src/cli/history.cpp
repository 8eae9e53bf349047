#include "cli/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <set>

#include "base/errors.h"
#include "base/files.h"
#include "compare/comparison_reader.h"
#include "document/reader.h"

namespace gravbench::cli {
namespace fs = std::filesystem;
namespace {

/// What people recognise of the machine, in letters that any file system takes.
std::string recognisable(const machine::Machine& machine) {
    std::string text = fmt::format("{}-{}", machine.instance_type.value_or(machine.cpu), machine.usable_cpus);
    std::replace_if(
        text.begin(), text.end(),
        [](unsigned char letter) { return std::isalnum(letter) == 0 && letter != '.' && letter != '-'; }, '-');
    constexpr std::size_t longest = 60;
    return text.substr(0, longest);
}

/// In the order of names, so that what is said of them does not depend on the file system.
std::vector<fs::path> documents_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->path().extension() == ".json" && is_plain_file(entry->path())) {
            files.push_back(entry->path());
        }
    }
    if (error) {
        throw DataError(fmt::format("{}: cannot be listed: {}", folder.string(), error.message()));
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

CLI::Option* add_history_flag(CLI::App& app, HistoryFlags& flags) {
    return app
        .add_option("--history", flags.folders,
                    "results documents of earlier runs: what two runs differ by although nothing did; repeatable")
        ->type_name("FOLDER")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(1);
}

fs::path noise_folder(const machine::Machine& machine) {
    constexpr std::size_t enough = 12;
    return user_data_folder() / "noise" /
           fmt::format("{}-{}", recognisable(machine), sha256_of_text(machine::kind_of(machine)).substr(0, enough));
}

void add_folder(const fs::path& folder, compare::RunHistory& history) {
    for (const fs::path& file : documents_in(folder)) {
        try {
            if (!compare::is_comparison(file)) {
                history.add(document::read(file));
            }
        } catch (const DataError& error) {
            print_to(stderr, fmt::format("warning: {}; it does not count as an earlier run\n", error.what()));
        }
    }
}

compare::RunHistory history_for(const HistoryFlags& flags, const std::vector<machine::Machine>& machines,
                                const std::vector<std::string>& metrics) {
    compare::RunHistory history(metrics);
    std::set<fs::path> own;
    for (const machine::Machine& machine : machines) {
        own.insert(noise_folder(machine));
    }
    for (const fs::path& folder : own) {
        if (is_folder(folder)) {
            add_folder(folder, history);
        }
    }
    for (const std::string& folder : flags.folders) {
        if (!is_folder(folder)) {
            throw UsageError(fmt::format("--history {}: is no folder; it takes one with results documents", folder));
        }
        add_folder(folder, history);
    }
    return history;
}

}  // namespace gravbench::cli
