#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/json.h"
#include "engine/arguments.h"
#include "engine/load.h"
#include "engine/measure.h"
#include "engine/tensor_file.h"

namespace gravbench::engine {

/// Answers the front's requests, one after the other. Holds the model and the inputs that later requests work on.
class Server {
  public:
    /// What carries out a block: run_block(), but for an engine of the tests.
    using BlockRunner = std::function<decltype(run_block)>;

    explicit Server(BlockRunner block_runner = run_block) : run_block_(std::move(block_runner)) {}

    /// The reply to one line of the channel; an error reply where it cannot be carried out. Never throws.
    Json answer(const std::string& line);

    /// Whether `quit` was answered.
    bool is_finished() const { return is_finished_; }

  private:
    using Handler = Json (Server::*)(const Json&);
    static Handler handler_for(const std::string& name);

    Json hello(const Json& request);
    Json load(const Json& request);
    Json inputs(const Json& request);
    Json run(const Json& request);
    Json outputs(const Json& request);
    Json compare(const Json& request);
    Json memory(const Json& request);
    Json quit(const Json& request);

    LoadedModel& model();
    const Arguments& arguments();
    std::vector<NamedTensor> infer_once();

    BlockRunner run_block_;
    std::optional<LoadedModel> model_;
    std::optional<Arguments> arguments_;
    bool is_finished_ = false;
};

}  // namespace gravbench::engine
