#pragma once

#include <string>

#include "document/document.h"

/// What the machine could do, in lines of text (docs/yardstick.md).
namespace gravbench::view {

/// What it could do itself between the blocks: a line for each number of threads; empty without readings.
std::string yardstick_lines(const document::Document& document);
/// What a library reaches on it, and what share of the yardstick's peak that is.
std::string practical_lines(const document::Document& document);

}  // namespace gravbench::view
