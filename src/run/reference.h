#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/errors.h"
#include "run/launch.h"

namespace gravbench::run {

/// Makes and keeps the references: a model's outputs in fp32, strict, jit none, for each shape, from a launch of its
/// own. They stay in the user's cache folder, under the hash of model, inputs, seed, engine version and architecture;
/// the oldest go when they take more than 4 GiB.
class References {
  public:
    /// `engine` as the hello of the engine describes it.
    References(const LaunchContext& context, Json engine, std::filesystem::path cache_folder);

    /// The reference for a cell's model and shape. Throws EngineError where its launch fails; it then fails the same
    /// way each time, without another launch. Throws Interrupted.
    const Reference& reference_for(const plan::Cell& cell, const plan::Model& model);

  private:
    Reference make(const plan::Cell& cell, const plan::Model& model, const std::string& name);
    std::optional<Reference> read(const std::string& name) const;
    std::filesystem::path file(const std::string& name, const char* ending) const;

    LaunchContext context_;
    Json engine_;
    std::filesystem::path folder_;
    std::map<std::string, Reference> made_;
    std::map<std::string, EngineError> failed_;
};

}  // namespace gravbench::run
