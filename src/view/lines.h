#pragma once

#include <string>

#include "base/json.h"

/// The lines around a table: what it was measured on, and what is wrong with it.
namespace gravbench::view {

std::string machine_line(const Json& document);
std::string status_line(const Json& document);
/// Figures from random weights must never pass for those of a trained model.
std::string weights_line(const Json& document);
/// Each problem once, with the cells that have it and what to do; then the logs of engines that failed.
std::string problem_lines(const Json& document);

}  // namespace gravbench::view
