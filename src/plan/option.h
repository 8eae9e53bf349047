#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plan/setting.h"

namespace gravbench::plan {

/// How a run measures, whichever cells it has.
struct RunOptions {
    int launches = 5;
    /// Inferences of one block; if unset, a block lasts `duration` and has at least `least_iterations`.
    std::optional<std::int64_t> iterations;
    std::chrono::nanoseconds duration = std::chrono::seconds(1);
    static constexpr std::int64_t least_iterations = 5;
    /// A block of `duration` ends here too: more samples of a model this fast say no more and swell the document.
    static constexpr std::int64_t most_iterations = 100000;
    /// Warm-up makes at least this many calls and lasts at least `warmup_time`.
    std::int64_t warmup = 3;
    std::chrono::nanoseconds warmup_time = std::chrono::milliseconds(200);
    std::optional<std::chrono::nanoseconds> max_time;
    std::chrono::nanoseconds timeout = std::chrono::minutes(5);
    double min_cosine = 0.99;
    bool has_accuracy = true;
    bool has_audit = true;
    /// What every cell's audit must show (audit/requirement.h), as it was given.
    std::vector<std::string> require;
    /// Whether any cell of the plan asks for BF16: then --require bf16 is for those that do.
    bool is_bf16_asked_for = false;
    std::string keep_logs;
    std::uint64_t seed = 1;
    std::string engine = "torch";
    std::vector<std::string> models_dirs;
    std::string output;
    /// The names of the options that were given: the others may be chosen to suit the engine.
    std::set<std::string> given;
    /// Whether the engine is emulated, so that its times mean nothing and each inference may take minutes.
    bool is_for_emulation = false;
};

/// One option of a run. Like settings, options are listed in one table from which flags, config keys and schema are
/// derived; unlike settings they do not multiply into cells.
struct Option {
    std::string name;
    std::string short_flag;
    Allowed allowed;
    std::string help;
    void (*set)(const Json& value, RunOptions& options);
    bool is_list = false;
    /// The value that the flag has by default, for help and documentation.
    std::string default_text;
};

const std::vector<Option>& options();

/// For an engine whose times mean nothing: one launch, one warm-up call, one inference, an hour's patience, each unless
/// it was given.
RunOptions for_emulation(RunOptions options);
const Option* find_option(const std::string& name);

}  // namespace gravbench::plan
