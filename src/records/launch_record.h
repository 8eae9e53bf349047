#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/value.h"
#include "machine/disturbance.h"
#include "machine/yardstick.h"
#include "plan/launch_shape.h"
#include "protocol/messages.h"
#include "records/problem.h"

namespace gravbench::records {

/// Consecutive inferences of one launch.
struct Block {
    std::vector<std::int64_t> samples_ns;  ///< of all concurrent callers, one caller after the other
    std::int64_t wall_ns = 0;              ///< from the start of the first inference to the end of the last
    /// Counted over the whole run: blocks of one round were measured side by side.
    int round = 0;
    machine::Disturbance disturbance = {};
    /// Why it counts as disturbed (machine/disturbance.h); empty where it does not.
    std::vector<std::string> disturbed_by = {};
    /// What the machine itself could do just after it; nothing where that was not measured.
    std::optional<machine::YardstickReading> yardstick = {};

    bool is_disturbed() const { return !disturbed_by.empty(); }
};

/// What happened once in a launch, before it was warm. 0 is not known.
struct ColdStart {
    std::int64_t start_ns = 0;  ///< from starting the process to its answer to hello
    std::int64_t load_ns = 0;
    std::int64_t prepare_ns = 0;
    std::int64_t first_inference_ns = 0;
    std::int64_t second_inference_ns = 0;  ///< 0 where warm-up was a single call, as on an emulated engine
};

/// What one launch measured: what figures are computed from, in the journal and in the document alike.
struct Launch {
    int number = 0;  ///< of this cell's launches, from 0; those of one run and one number were measured side by side
    std::vector<Block> blocks;
    /// What was asked of it: an interrupted one has fewer blocks. Nothing in what earlier versions wrote.
    std::optional<plan::LaunchShape> shape;
    std::optional<ColdStart> cold_start;
    std::int64_t warmup_inferences = 0;
    /// Whether warm-up was seen to end (stats/steady.h) before the first block.
    bool is_steady = true;
    /// Whether its threads went on working while it should have waited for its next block.
    bool is_restless = false;
    /// What the launch took in all, without its waiting for others.
    std::int64_t busy_ns = 0;
    std::int64_t peak_rss_bytes = 0;  ///< 0 is not known
    /// The CPUs that its engine was kept to; empty where the kernel chose.
    std::vector<int> cpus;
    std::string inputs_digest;
};

/// What a cell's outputs were compared with.
struct ReferenceFacts {
    std::string engine;
    std::string version;
    std::string arch;
    std::string settings;  ///< in words
    /// How far the reference is from what eager PyTorch gave at export; nothing for a file without a bundle.
    std::optional<protocol::Comparison> export_check;

    bool operator==(const ReferenceFacts&) const = default;
};

struct Accuracy {
    protocol::Comparison outputs;
    ReferenceFacts reference;

    bool operator==(const Accuracy&) const = default;
};

/// All that one launch gave: one line of the journal.
struct LaunchRecord {
    std::string cell;  ///< its key, one for each cell of a run
    Launch launch;
    protocol::EngineDescription engine;
    /// The settings in force, as far as the engine can read them back.
    std::map<std::string, Value> effective;
    /// What the settings put into the engine's environment.
    std::map<std::string, std::string> environment;
    /// Where this launch was compared with the reference.
    std::optional<Accuracy> accuracy;
    std::optional<Problem> problem;
    std::string log_tail;

    bool is_complete() const { return !problem && !launch.blocks.empty(); }
};

/// What those launches measured that have figures.
std::vector<Launch> complete(const std::vector<LaunchRecord>& launches);

/// The latencies of these blocks in ms, as they were measured.
std::vector<double> latencies_ms(std::span<const Block> blocks);

/// The same in ascending order.
std::vector<double> sorted_ms(std::span<const Block> blocks);

}  // namespace gravbench::records
