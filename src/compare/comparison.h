#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "compare/fairness.h"
#include "compare/machine_speed.h"
#include "compare/matching.h"
#include "compare/metric.h"
#include "compare/run_history.h"
#include "compare/verdict.h"

/// Verdicts: which cells became slower, which faster, and for which of them that cannot be told (docs/compare.md).
namespace gravbench::compare {

struct ComparisonOptions {
    std::vector<std::string> metrics{"p50"};
    VerdictRule rule;
};

/// Longer than anybody would wait, and few enough for a number of nanoseconds.
inline constexpr double most_settling_seconds = 1e9;

/// What it would take to settle an inconclusive verdict.
struct Settling {
    std::size_t launches = 0;  ///< of each side, in all
    double seconds = 0;        ///< of both sides together; 0 where documents do not say how long launches took
    /// Both sides must be measured in one run: launches of two, however many, would leave it open.
    bool is_in_one_run = false;
    /// Whether a fixed number of launches would be like these; else the run must choose their blocks again.
    bool is_of_fixed_launches = true;
    /// Not 0 where no reasonable number of launches would do: a tolerance that would.
    double other_tolerance = 0;
};

/// What the blocks say that nothing disturbed.
struct Disturbed {
    std::size_t blocks = 0;                     ///< of both sides
    std::size_t of_blocks = 0;                  ///< in all
    std::optional<stats::RatioEstimate> ratio;  ///< without them; nothing where too few launches are left
    Verdict verdict = Verdict::inconclusive;    ///< without them
};

struct CellComparison {
    const Metric* metric = nullptr;
    std::string base_key;
    std::string other_key;
    std::string difference;  ///< "fpmath strict -> bf16"
    Verdict verdict = Verdict::not_compared;
    std::string reason;  ///< why it is not compared
    std::optional<double> base;
    std::optional<double> other;
    /// new/base, whichever direction is better; nothing where there is one exact figure a side.
    std::optional<stats::RatioEstimate> ratio;
    /// The same without the spread between runs; nothing where a comparison was read.
    std::optional<stats::RatioEstimate> by_launches;
    /// What two runs differ by although nothing did; nothing within one run.
    std::optional<RunSpreads> run_spreads;
    bool is_paired = false;
    std::size_t base_launches = 0;
    std::size_t other_launches = 0;
    std::optional<PValue> p_value;              ///< nothing where figures are exact
    std::optional<double> smallest_detectable;  ///< as a ratio above 1
    std::optional<Settling> settling;
    std::optional<Disturbed> disturbed;  ///< where some blocks were
};

struct Comparison {
    std::string base_name;
    std::string other_name;
    ComparisonOptions options;
    std::vector<CellComparison> cells;
    std::vector<std::string> only_in_base;
    std::vector<std::string> only_in_other;
    /// The words of the command that measures both sides in one run, where two runs leave verdicts open and both
    /// engines are known; empty otherwise.
    std::vector<std::string> settling_command;
    double settling_seconds = 0;             ///< that it takes
    std::vector<SpeedRatio> machine_speeds;  ///< empty where one side has no readings
    std::vector<Warning> warnings;
};

/// Compares cells that match. Where both documents are of one run, launches of the same number were measured side by
/// side and are compared in pairs. Of two runs the spread between runs counts, by `history` where it has the cells.
/// Cells whose figures must not be used, emulated ones among them, are never ranked.
Comparison compare(const document::Document& base, const document::Document& other, const Matches& matches,
                   const ComparisonOptions& options, const RunHistory& history = RunHistory());

/// The pairs of variants that one run measured against each other.
Comparison compare_versus(const document::Document& document, const ComparisonOptions& options);

/// What "slower" and the others are called for this metric.
std::string name_of(Verdict verdict, const Metric& metric);

/// A regression wins over what is inconclusive or could not be compared, which is not fine either.
ExitCode exit_code_for(const Comparison& comparison);

}  // namespace gravbench::compare

namespace gravbench {
/// The JSON Schema of that document (src/compare/comparison.schema.json).
const char* comparison_schema();
}  // namespace gravbench
