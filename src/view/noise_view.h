#pragma once

#include <optional>
#include <string>

#include "compare/comparison.h"
#include "document/document.h"

namespace gravbench::view {

/// What cells measured against themselves say of the machine: the difference that was seen although there is none,
/// where the spread comes from, and the smallest difference that a given time would show.
/// `width` is that of the terminal; nothing in a pipe.
std::string render_noise(const document::Document& document, const compare::Comparison& comparison,
                         std::optional<int> width);

}  // namespace gravbench::view
