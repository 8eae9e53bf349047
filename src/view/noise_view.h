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

/// How far runs of the document's cells differ by this metric, over all that the history has of this kind of machine,
/// and the smallest difference that two such runs would show.
std::string render_run_spread(const document::Document& document, const compare::Metric& metric,
                              const compare::RunHistory& history, std::optional<int> width);

}  // namespace gravbench::view
