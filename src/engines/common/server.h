#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "engines/common/argument.h"
#include "engines/common/engine.h"

namespace gravbench::engine {

/// Answers the front's requests, one after the other. Holds the model and the inputs that later requests work on.
class Server {
  public:
    explicit Server(Engine& engine) : engine_(engine) {}

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

    const protocol::Hello& description();
    Model& loaded_model();
    Model& bound_model();
    std::vector<NamedTensor> infer_once();
    template <typename Action>
    auto attempt(const char* code, Action action);

    Engine& engine_;
    std::optional<protocol::Hello> description_;
    std::unique_ptr<Model> model_;
    std::string file_;  ///< the model's, for messages
    bool has_inputs_ = false;
    bool is_finished_ = false;
};

}  // namespace gravbench::engine
