#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engines/common/argument.h"
#include "engines/common/failure.h"
#include "engines/common/timed_block.h"
#include "protocol/messages.h"

/// What all engines share: the protocol's server, inputs, outputs in files, their comparison, the clock. An engine
/// itself is an Engine and a Model: load, bind, run, outputs, and what it is.
namespace gravbench::engine {

/// What `load` asks for.
struct LoadRequest {
    std::string model;  ///< the file's path
    std::string dtype;  ///< of the bundle's file ("fp32"); may be empty
    /// Those that the engine's hello lists, with values that it lists; others were refused or left out.
    std::map<std::string, Value> settings;

    /// A setting that is a word or a number; the fallback where it was not sent.
    std::string word(const std::string& name, const std::string& fallback) const;
    std::int64_t number(const std::string& name, std::int64_t fallback) const;
};

/// A model that is ready to run. What its functions throw becomes an error reply: a Failure as it is, anything else by
/// the engine's cause().
class Model {
  public:
    virtual ~Model() = default;

    /// Makes the library's own inputs of these. Throws Failure inputs_do_not_fit, saying what the model takes.
    virtual void bind(const std::vector<Argument>& arguments) = 0;

    /// By timed_block(). After bind().
    virtual protocol::BlockSamples run(const BlockLength& length) = 0;

    /// One inference, its outputs named as docs/protocol.md has it. After bind().
    virtual std::vector<NamedTensor> infer() = 0;
};

class Engine {
  public:
    virtual ~Engine() = default;
    virtual protocol::Hello describe() const = 0;

    /// Applies the settings, reads the file, prepares it, and says in `reply` how long it took and what is in force.
    virtual std::unique_ptr<Model> load(const LoadRequest& request, protocol::Loaded& reply) = 0;

    /// What the exception in flight is about, where the library's own text would not do.
    virtual Cause cause() const { return cause_of_current; }
};

}  // namespace gravbench::engine
