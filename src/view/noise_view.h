#pragma once

#include <string>

#include "compare/comparison.h"

namespace gravbench::view {

/// What cells measured against themselves say of the machine: the difference that was seen although there is none,
/// where the spread comes from, and the smallest difference that a given time would show.
std::string render_noise(const compare::MeasuredDocument& document, const compare::Comparison& comparison);

}  // namespace gravbench::view
