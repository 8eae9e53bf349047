#pragma once

#include <string>
#include <vector>

#include "document/document.h"
#include "view/column.h"

/// The lines around a table: what it was measured on, why something is missing, and what is wrong with it.
namespace gravbench::view {

/// The machines, the engines, and whether they were emulated.
std::string machine_line(const document::Document& document);
/// What a launch measured, where the run chose that itself; empty where it did not.
std::string shape_line(const document::Document& document);
std::string status_line(const document::Document& document);
/// Why a figure of these columns is missing, each reason once: "p99 -: needs at least 299 samples, there are 160".
std::string reason_lines(const document::Document& document, const std::vector<Column>& columns);
/// Figures from random weights must never pass for those of a trained model.
std::string weights_line(const document::Document& document);
/// Each problem once, with the cells that have it and what to do; then the logs of engines that failed.
std::string problem_lines(const document::Document& document);

}  // namespace gravbench::view
