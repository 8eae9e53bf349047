#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "machine/machine.h"
#include "plan/plan.h"
#include "results/launch_record.h"
#include "run/engine_client.h"

namespace gravbench::run {

/// What launches have in common.
struct LaunchContext {
    Engine engine;
    plan::RunOptions options;
    int physical_cores = 1;
    std::filesystem::path work_folder;  ///< for logs
    int stop_descriptor = -1;
};

/// The outputs that a cell's are compared with.
struct Reference {
    std::filesystem::path outputs;
    std::string inputs_digest;
    /// As the document's accuracy.reference has it.
    Json description;
};

class Profile;

/// The life of one engine process that measures one cell: cold start, warm-up, one block, memory, and the comparison
/// with the reference where one is given. With `profile` it runs under oneDNN's verbose profile, and its times are no
/// measurement. What goes wrong is in the record's problem. Throws Interrupted.
results::LaunchRecord measure_launch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model,
                                     int number, const Reference* reference, Profile* profile = nullptr);

/// What the document's cells say of their engine.
Json engine_json(const protocol::Hello& hello);

/// The environment of an engine's process under these settings, which win over what the engine's definition says.
Environment environment_for(const Engine& engine, const plan::LaunchSetup& setup = {});

/// The last lines of a launch's log.
std::string log_tail(const std::filesystem::path& log);

}  // namespace gravbench::run
