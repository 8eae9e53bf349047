#pragma once

#include <optional>

#include "document/text_values.h"
#include "figures/latency.h"
#include "figures/precision.h"

/// The figures of a cell, straight into their structs. Each may be null, or not there. All throw as the functions of
/// text_values.h.
namespace gravbench::document {

struct CellFigures {
    std::optional<figures::Latency> latency;
    std::optional<figures::Figure> throughput;
    std::optional<figures::ColdStart> cold_start;
    std::optional<figures::Precision> precision;
};

/// Reads the member of a cell that is so called; false where it is none of these.
bool read_figures(std::string_view key, simdjson::ondemand::value found, const Place& place, CellFigures& figures);

}  // namespace gravbench::document
