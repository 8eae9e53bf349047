#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "machine/disturbance.h"
#include "results/problem.h"

namespace gravbench::results {

/// Consecutive inferences of one launch.
struct Block {
    std::vector<std::int64_t> samples_ns;  ///< of all concurrent callers, one caller after the other
    std::int64_t wall_ns = 0;              ///< from the start of the first inference to the end of the last
    /// Counted over the whole run: blocks of one round were measured side by side.
    int round = 0;
    machine::Disturbance disturbance = {};
};

/// What happened once in a launch, before it was warm.
struct ColdStart {
    std::int64_t start_ns = 0;  ///< from starting the process to its answer to hello
    std::int64_t load_ns = 0;
    std::int64_t prepare_ns = 0;
    std::int64_t first_inference_ns = 0;
    std::int64_t second_inference_ns = 0;  ///< 0 where warm-up was a single call, as on an emulated engine
};

/// All that one launch gave: one line of the journal, and what cells' results are computed from.
struct LaunchRecord {
    std::string cell;  ///< its key
    int number = 0;    ///< of this cell's launches, from 0
    std::vector<Block> blocks;
    std::optional<ColdStart> cold_start;
    std::int64_t warmup_inferences = 0;
    /// Whether warm-up was seen to end (stats/steady.h) before the first block.
    bool is_steady = true;
    /// What the launch took in all, without its waiting for others.
    std::int64_t busy_ns = 0;
    std::int64_t peak_rss_bytes = 0;
    /// As the engine described itself: name, version, libraries, arch, cpu, isa.
    Json engine;
    /// The settings in force, as far as the engine can read them back.
    Json effective;
    /// What the settings put into the engine's environment.
    Json environment;
    /// Whether its threads went on working while it should have waited for its next block.
    bool is_restless = false;
    /// Comparison with the reference, where this launch made one.
    Json accuracy;
    std::string inputs_digest;
    std::optional<Problem> problem;
    std::string log_tail;

    bool is_complete() const { return !problem && !blocks.empty(); }
};

/// Those launches that have figures.
std::vector<LaunchRecord> complete(const std::vector<LaunchRecord>& launches);

Json to_json(const LaunchRecord& record);
/// Throws DataError.
LaunchRecord launch_record_from(const Json& json);

}  // namespace gravbench::results
