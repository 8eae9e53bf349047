#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/value.h"
#include "plan/identity.h"

/// What cells are told apart by, one member at a time and by name: "model", "engine", a setting's name, "env.NAME",
/// "shape.NAME". Dimensions that are settings too ("batch", "seq") go by that name.
namespace gravbench::compare {

/// A setting that the identity does not have is at its default; nothing for a dimension or a variable that is not
/// there.
std::optional<Value> member_of(const plan::Identity& identity, const std::string& name);

/// The identity as it would be without these members.
plan::Identity without(plan::Identity identity, const std::set<std::string>& names);

/// The names of the members that an identity states, but for its variant.
std::set<std::string> names_of(const plan::Identity& identity);

}  // namespace gravbench::compare
