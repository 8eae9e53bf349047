#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

/// What the files of this folder share; nobody else includes it.
namespace gravbench::plan {

inline const std::string shape_prefix = std::string(shape_key) + ".";
inline const std::string env_prefix = std::string(env_key) + ".";
inline constexpr const char* engine_key = "engine";
inline constexpr const char* dtype_key = "dtype";

/// Adds one value for a dimension (`key` is "shape") or a variable ("env") of this name. Throws UsageError.
void add_named(Layer& layer, const std::string& key, const std::string& name, const Json& value,
               const std::string& origin);

/// The inputs that a model of {"model": FILE, "input": ...} has of its own: one, or a list.
std::vector<Json> own_inputs(const Json& model);

/// Position of the engine that is given by this text.
std::size_t index_of_engine(const std::vector<EngineChoice>& engines, const std::string& text);

/// Settles identity, key and, where there is one, file of a cell whose other members are set.
void settle_identity(Cell& cell, const Plan& plan);

/// Why the cell cannot be measured: its settings contradict each other, its engine does not know them, or the model has
/// no file for it.
std::optional<std::string> why_left_out(const Cell& cell, const Plan& plan);

/// One NAME=VALUE of --versus; --versus-engine is one too.
struct Assignment {
    std::string name;
    std::string text;
};
/// Throws UsageError for what is none, or no setting.
std::vector<Assignment> versus_assignments(const Layer& given);

/// Adds to the plan the second variant of each of its cells. Pairs that cannot be measured are left out, both cells,
/// with a note; where none is left that is a UsageError.
void add_versus(Plan& plan, const Layer& given);

}  // namespace gravbench::plan
