#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/fairness.h"
#include "compare/run_history.h"
#include "document/document.h"
#include "stats/comparison.h"

/// Documents of several machines in one table: the same model under the same settings, here and there.
namespace gravbench::compare {

/// A document whose cell does not count.
struct LeftOut {
    std::string document;
    std::string reason;  ///< "not measured", or a problem's code
};

/// One cell on one type of machine. Of several machines each figure is the geometric mean, and the interval is
/// Student's over them, so that it holds for the type; of several runs that do not say where they were, or were on one
/// machine, over the runs. Of one run it is the document's, over launches.
struct AcrossEntry {
    std::optional<double> p50_ms;
    std::optional<stats::Interval> p50_ci95;
    std::optional<double> throughput_per_s;
    std::optional<double> per_vcpu_per_s;
    std::optional<double> per_core_per_s;
    std::optional<double> cosine;  ///< the lowest
    std::size_t runs = 0;          ///< documents that count
    std::size_t machines = 0;      ///< that these are of; 0 where one of them does not say
    std::vector<LeftOut> left_out;
    /// p50 over that of the first machine that has the cell's figures.
    std::optional<stats::RatioEstimate> ratio;
    /// What the ratio takes runs to differ by on the first machine, and on this one; nothing where several runs show
    /// it.
    std::optional<KnownSpread> first_spread;
    std::optional<KnownSpread> own_spread;
    std::string reason;  ///< why there are no figures

    /// Whether figures are for the type of machine, as far as is known; else for one machine.
    bool is_of_type() const { return runs > 1 && machines != 1; }
};

struct AcrossRow {
    std::string key;                   ///< the cell's, without its engine where no document has several
    std::vector<AcrossEntry> entries;  ///< one for each machine
};

/// A column: a type of machine.
struct AcrossMachine {
    std::string name;  ///< the instance type, else a document's file name
    std::string cpu;
    std::vector<std::string> documents;  ///< each of a run of its own
    std::size_t count = 0;               ///< of machines; 0 where a document does not say which it is of
};

struct Across {
    std::vector<AcrossMachine> machines;
    std::vector<AcrossRow> rows;
    /// What differs beside the type of machine: the model's file, weights, versions; within a type the machines too.
    std::vector<Warning> warnings;
};

/// Cells are lined up by model and settings, whatever their engine is called; documents of one type of machine are one
/// column (machine_group.h). Cells that must not be used, emulated ones among them, are left out with their reason.
/// What runs of a machine with one document differ by is taken from `history`, which must know p50, else assumed.
/// Throws DataError for a document that has a cell twice.
Across line_up(const std::vector<document::Document>& documents, const RunHistory& history = RunHistory());

}  // namespace gravbench::compare

namespace gravbench {
/// The JSON Schema of that document (src/compare/across.schema.json).
const char* across_schema();
}  // namespace gravbench
