#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plan/launch_shape.h"
#include "plan/setting.h"

namespace gravbench::plan {

/// When the yardstick measures what the machine itself can do (docs/yardstick.md).
enum class YardstickUse { off, within_its_share, after_every_block };

/// On which CPUs a launch runs: the engines of one round on the same ones, those of the next on others, or wherever the
/// kernel puts each (docs/compare.md).
enum class Placement { same, free };

/// How many samples there are, and how each is taken: what a launch and the order of launches read.
struct Sampling {
    /// Launches of each cell: exactly so many where `has_fixed_launches`, else at least, and more until it is precise.
    int launches = 5;
    bool has_fixed_launches = false;
    /// Nobody waits for more.
    static constexpr int most_launches = 10000;
    /// Of each launch, where the run does not choose another (run/shape_choice.h).
    LaunchShape shape;
    /// The share of the available memory that engines may take that wait for their next block.
    double resident_memory = 0.5;
    /// A block of `duration` ends here too: more samples of a model this fast say no more and swell the document.
    static constexpr std::int64_t most_iterations = 100000;
    /// Warm-up makes at least this many calls and lasts at least `warmup_time`.
    std::int64_t warmup = 3;
    std::chrono::nanoseconds warmup_time = std::chrono::milliseconds(200);
    std::chrono::nanoseconds timeout = std::chrono::minutes(5);
    std::uint64_t seed = 1;
    YardstickUse yardstick = YardstickUse::within_its_share;
    Placement placement = Placement::same;
    /// Whether an engine is emulated, so that its times mean nothing and each inference may take minutes.
    bool is_for_emulation = false;
};

/// When there are enough launches: what a Design reads.
struct Stopping {
    /// A cell has enough launches when half the width of its interval is at most this share of its figure. Where two
    /// variants are measured against each other it is about the interval of their ratio, and by default two
    /// fifths of the tolerance, so that the interval can lie within it, or beyond it where the difference is large.
    std::optional<double> precision;
    /// The figure that `precision` is about, and verdicts.
    std::string metric = "p50";
    /// No launch begins after this time. If unset, each cell has its least launches however long they take, and no
    /// further one begins after `most_time_unasked`.
    std::optional<std::chrono::nanoseconds> max_time;
    static constexpr std::chrono::nanoseconds most_time_unasked = std::chrono::minutes(10);
    /// The first of the least launches and the last one begin so far from each other, the others evenly in between; any
    /// further ones follow at the same pace. 0 is one right after the other.
    std::chrono::nanoseconds spread{0};
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

    bool is_given(const char* name) const { return given.count(name) != 0; }
    bool has_versus() const { return !versus.empty() || !versus_engine.empty(); }
    /// Whether the run chooses how many blocks a launch has, or how long they are, by what its first launches show:
    /// where no flag says it, launches go on until a precision, and that is of a figure about the middle. Those of the
    /// tail want all the samples that they can get.
    bool chooses_blocks() const { return may_choose() && !is_given("blocks"); }
    bool chooses_block_length() const { return may_choose() && !is_given("iterations") && !is_given("duration"); }
    /// What the first launches measure: where the run is to choose, many short blocks, which show how blocks differ.
    LaunchShape first_shape() const;
    static constexpr double share_of_tolerance = 0.4;
    double wanted_precision() const {
        constexpr double unasked = 0.02;
        return stopping.precision.value_or(has_versus() ? share_of_tolerance * judging.tolerance : unasked);
    }

  private:
    bool may_choose() const {
        return !sampling.has_fixed_launches && (stopping.metric == "p50" || stopping.metric == "mean");
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
