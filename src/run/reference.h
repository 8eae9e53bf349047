#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/errors.h"
#include "run/launch.h"

namespace gravbench::run {

/// Makes and keeps the references: a model's outputs in fp32 with every setting at its default, for each shape, from a
/// launch of its own on the engine that Plan::references names. They stay in the user's cache folder, which other runs
/// use at the same time, under the hash of model, inputs, seed, engine version and architecture; the oldest go when
/// they take more than 4 GiB.
class References {
  public:
    /// Where the folder cannot be written, references last as long as the run, and a note says so.
    References(const LaunchContext& context, const plan::Plan& plan, std::filesystem::path cache_folder);

    /// The reference for a cell's model and shape. Throws EngineError where its launch fails; it then fails the same
    /// way each time, without another launch. Throws Interrupted.
    const Reference& reference_for(const plan::Cell& cell);

    /// What the user should know.
    const std::vector<std::string>& notes() const { return notes_; }

  private:
    Reference make(const plan::Cell& cell, const std::string& name);
    Reference measure(const plan::Cell& cell, const std::filesystem::path& outputs);
    std::optional<Reference> read(const std::string& name) const;
    void keep(const Reference& reference, const std::string& model, const std::string& name);
    std::filesystem::path file(const std::string& name, const char* ending) const;

    LaunchContext context_;
    const plan::Plan& plan_;
    std::filesystem::path folder_;
    std::vector<std::string> notes_;
    std::map<std::string, Reference> made_;
    std::map<std::string, EngineError> failed_;
};

}  // namespace gravbench::run
