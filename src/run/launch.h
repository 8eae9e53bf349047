#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "machine/topology.h"
#include "plan/plan.h"
#include "records/launch_record.h"
#include "run/engine_client.h"

namespace gravbench::run {

class Yardstick;

/// What launches have in common.
struct LaunchContext {
    std::vector<Engine> engines;  ///< by Plan::engines
    plan::Sampling sampling;
    int physical_cores = 1;
    std::filesystem::path work_folder;  ///< for logs
    int stop_descriptor = -1;
    /// Of which each launch gets as many as it has threads; none where the kernel is to choose.
    std::vector<machine::Core> cores = {};
    Yardstick* yardstick = nullptr;  ///< none where blocks are no measurement
};

/// The outputs that a cell's are compared with.
struct Reference {
    std::filesystem::path outputs;
    std::string inputs_digest;
    records::ReferenceFacts facts;
};

/// Inputs are made once in a launch, of this position: those of every launch and of the reference are the same.
inline constexpr int first_position = 0;

class Profile;

/// The life of one engine process that measures one cell: cold start and warm-up, blocks, and its end. Between two
/// blocks it waits, while others have theirs. What goes wrong is in the record's problem, and the launch is then over.
/// Every call may throw Interrupted.
class Launch {
  public:
    /// Starts the engine and warms it up. With `profile` it runs under oneDNN's verbose profile, and its times are no
    /// measurement.
    Launch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model, int number,
           const plan::LaunchShape& shape, Profile* profile = nullptr);

    bool has_failed() const { return record_.problem.has_value(); }
    /// One block, in this round of the run. Afterwards its threads are waited for to fall asleep.
    void take_block(int round);
    /// Compares the outputs with the reference. After a block.
    void compare_with(const Reference& reference);
    /// Writes the outputs to a file of its own; nothing where the engine does not. Not having them costs no launch.
    std::optional<std::filesystem::path> save_outputs();
    /// Ends the engine in good order.
    void finish();
    /// What it gave so far.
    const records::LaunchRecord& record() const { return record_; }

  private:
    template <typename Step>
    void attempt(Step step);
    void start();
    void start_engine(const Environment& environment);
    void warm_up(records::ColdStart& cold);
    void wake_up();
    records::Block measure_block();
    void wait_until_asleep();
    void read_yardstick();

    const LaunchContext& context_;
    const plan::Cell& cell_;
    const plan::Model& model_;
    Profile* profile_;
    std::filesystem::path log_;
    std::vector<int> cpus_;
    std::int64_t one_inference_ns_ = 0;
    std::optional<EngineClient> client_;
    records::LaunchRecord record_;
};

/// A launch of one block from beginning to end.
records::LaunchRecord measure_launch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model,
                                     int number);

/// The environment of an engine's process under these settings, which win over what the engine's definition says.
Environment environment_for(const Engine& engine, const plan::LaunchSetup& setup = {});

/// The last lines of a launch's log, without those that the message beside it holds already.
std::string log_tail(const std::filesystem::path& log, const std::string& message = "");

/// A message with the last lines of the log that explain it, where there are some.
std::string with_log(const std::string& message, const std::filesystem::path& log);

}  // namespace gravbench::run
