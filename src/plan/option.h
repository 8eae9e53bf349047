#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plan/setting.h"

namespace gravbench::plan {

/// When the yardstick measures what the machine itself can do (docs/yardstick.md).
enum class YardstickUse { off, within_its_share, after_every_block };

/// How many samples there are, and how each is taken: what a launch and the order of launches read.
struct Sampling {
    /// Launches of each cell: exactly so many where `has_fixed_launches`, else at least, and more until it is precise.
    int launches = 5;
    bool has_fixed_launches = false;
    /// Nobody waits for more.
    static constexpr int most_launches = 10000;
    /// Blocks of each launch, between which the other cells have theirs.
    int blocks = 2;
    /// The share of the available memory that engines may take that wait for their next block.
    double resident_memory = 0.5;
    /// Inferences of one block; if unset, a block lasts `duration` and has at least `least_iterations`.
    std::optional<std::int64_t> iterations;
    std::chrono::nanoseconds duration = std::chrono::milliseconds(500);
    static constexpr std::int64_t least_iterations = 3;
    /// A block of `duration` ends here too: more samples of a model this fast say no more and swell the document.
    static constexpr std::int64_t most_iterations = 100000;
    /// Warm-up makes at least this many calls and lasts at least `warmup_time`.
    std::int64_t warmup = 3;
    std::chrono::nanoseconds warmup_time = std::chrono::milliseconds(200);
    std::chrono::nanoseconds timeout = std::chrono::minutes(5);
    std::uint64_t seed = 1;
    YardstickUse yardstick = YardstickUse::within_its_share;
    /// Whether an engine is emulated, so that its times mean nothing and each inference may take minutes.
    bool is_for_emulation = false;
};

/// When there are enough launches: what a Design reads.
struct Stopping {
    /// A cell has enough launches when half the width of its interval is at most this share of its figure. Where two
    /// variants are measured against each other it is about the interval of their ratio, and by default half of the
    /// tolerance, so that the interval can lie within the tolerance.
    std::optional<double> precision;
    /// The figure that `precision` is about, and verdicts.
    std::string metric = "p50";
    /// No launch begins after this time. If unset, each cell has its least launches however long they take, and no
    /// further one begins after `most_time_unasked`.
    std::optional<std::chrono::nanoseconds> max_time;
    static constexpr std::chrono::nanoseconds most_time_unasked = std::chrono::minutes(10);
};

/// What counts as good: what findings and verdicts read.
struct Judging {
    double min_cosine = 0.99;
    bool has_accuracy = true;
    bool has_audit = true;
    /// What every cell's audit must show (audit/requirement.h), as it was given.
    std::vector<std::string> require;
    /// Whether any cell of the plan asks for BF16: then --require bf16 is for those that do.
    bool is_bf16_asked_for = false;
    /// How much slower or faster counts, for a verdict: 0.03 is 3%.
    double tolerance = 0.03;
};

/// Where things come from and go to.
struct Places {
    std::vector<std::string> models_dirs;
    std::string output;
    std::string keep_logs;
};

/// How a run measures, whichever cells it has, parted by who reads it.
struct RunOptions {
    Sampling sampling;
    Stopping stopping;
    Judging judging;
    Places places;
    /// Settings of a second variant of every cell, measured against the first in the same rounds:
    /// "fpmath=bf16,jit=llga,engine=PATH". `same_settings` is the same again; empty is no second variant.
    /// `versus_engine` is a short form of engine=PATH.
    std::string versus;
    static constexpr const char* same_settings = "same";
    std::string versus_engine;
    /// The names of the options that were given: the others may be chosen to suit the engine.
    std::set<std::string> given;

    bool has_versus() const { return !versus.empty() || !versus_engine.empty(); }
    double wanted_precision() const {
        constexpr double unasked = 0.02;
        return stopping.precision.value_or(has_versus() ? judging.tolerance / 2 : unasked);
    }
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
