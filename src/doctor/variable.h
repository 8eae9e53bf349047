#pragma once

#include <optional>
#include <string>
#include <vector>

#include "doctor/check.h"

namespace gravbench::doctor {

/// A variable that guides for LibTorch name, or that changes what it does.
struct Variable {
    const char* name;  ///< with a "*" at the end, of all that begin so
    const char* why;
    /// Of a value that is not empty. Nothing to say where the finding is good and its text empty.
    Finding (*judge)(const std::string& name, const std::string& value, const Facts& facts);
};

/// The groups of the table.
const std::vector<Variable>& onednn_variables();
const std::vector<Variable>& thread_variables();
const std::vector<Variable>& other_variables();

std::string lower(std::string text);

/// The finding that has `unset NAME` for its remedy.
Finding unset(Status status, const std::string& name, const std::string& text);

/// Whether the engine, as far as it is known, is the LibTorch of aarch64, whose allocator and caches differ from x86's.
bool is_arm_torch(const Facts& facts);

}  // namespace gravbench::doctor
