#pragma once

#include <string>

#include "plan/plan.h"

namespace gravbench::plan {

inline const std::string shape_prefix = std::string(shape_key) + ".";
inline const std::string env_prefix = std::string(env_key) + ".";

/// The lengths of dimensions among a cell's settings.
Shape shape_of(const Settings& cell);

/// Cell::key. The engine is part of it where it is not the default one.
std::string key_of(const Model& model, const Settings& cell, const std::string& engine);

/// Throws UsageError where the model has no file of this dtype.
void check_dtype(const Model& model, const Given& given);

/// Adds to the plan the second variant of each of its cells, where its options ask for one. Throws UsageError.
void add_versus(Plan& plan);

}  // namespace gravbench::plan
