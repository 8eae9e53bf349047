#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/fairness.h"
#include "document/document.h"
#include "stats/comparison.h"

/// Documents of several machines in one table: the same model under the same settings, here and there.
namespace gravbench::compare {

/// One cell on one machine.
struct AcrossEntry {
    std::optional<double> p50_ms;
    std::optional<stats::Interval> p50_ci95;
    std::optional<double> throughput_per_s;
    std::optional<double> per_vcpu_per_s;
    std::optional<double> per_core_per_s;
    std::optional<double> cosine;
    /// p50 over that of the first machine that has the cell's figures.
    std::optional<stats::RatioEstimate> ratio;
    std::string reason = "not measured";  ///< why there are no figures
};

struct AcrossRow {
    std::string key;                   ///< the cell's, without its engine where no document has several
    std::vector<AcrossEntry> entries;  ///< one for each document
};

struct Across {
    std::vector<std::string> machines;  ///< instance types, else the documents' file names
    std::vector<std::string> cpus;
    std::vector<AcrossRow> rows;
    /// What differs beside the machine: the model's file, weights, versions, each against the first that has the cell.
    std::vector<Warning> warnings;
};

/// Cells are lined up by model and settings, whatever their engine is called. Cells that must not be used, emulated
/// ones among them, have a reason instead of figures. Throws DataError for a document that has a cell twice.
Across line_up(const std::vector<document::Document>& documents);

}  // namespace gravbench::compare
