#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "compare/metric.h"
#include "document/document.h"
#include "plan/identity.h"
#include "stats/run_spread.h"

/// How far two runs of one cell differ although nothing did, and how that is known (docs/compare.md, Two runs).
namespace gravbench::compare {

/// Of times, where no earlier runs tell: 5.5%. Three models differed by 2.3, 6.1 and 6.4% between runs of half an hour
/// on a shared virtual machine of 2 cores, without what their launches explain (results/two-runs.json; docs/compare.md,
/// Two runs). Other kinds of machine are assumed to be no worse. Few degrees of freedom, since it is of few models.
inline constexpr stats::RunSpread assumed_spread{{0.055 * 0.055, 3}, 0};

/// The spread between runs that one side of a comparison is judged with.
struct KnownSpread {
    stats::RunSpread spread;
    std::size_t runs = 0;  ///< earlier ones that it was seen in; 0 where it is assumed
};

/// Of both sides.
struct RunSpreads {
    KnownSpread base;
    KnownSpread other;
    bool are_one = true;  ///< both are the same estimate
};

/// Earlier runs, by machine and cell: what is measured of the spread between runs.
class RunHistory {
  public:
    /// For verdicts by these metrics.
    explicit RunHistory(std::vector<std::string> metrics = {}) : metrics_(std::move(metrics)) {}

    /// Takes the figures of a run's cells, of each run once. Runs that were interrupted or have no name are passed
    /// over, and cells whose figures must not be used.
    void add(const document::Document& run);

    /// What is known for the two cells, whose own runs do not count; else what is assumed of every machine. Nothing for
    /// a metric that is no time and has no history.
    std::optional<RunSpreads> spreads(const document::Document& base_run, const document::Cell& base,
                                      const document::Document& other_run, const document::Cell& other,
                                      const Metric& metric) const;

    /// What all runs of that cell on that kind of machine tell; nothing where they are too few.
    std::optional<KnownSpread> seen(const document::Document& run, const document::Cell& cell,
                                    const Metric& metric) const;

  private:
    /// Where runs are expected to differ alike: a kind of machine, a cell, a metric.
    using Kind = std::tuple<std::string, plan::Identity, std::string>;
    /// Runs of one program differ by the machine alone: an engine's version and a model's file.
    using Program = std::pair<std::string, std::string>;
    using ByRun = std::map<std::string, stats::Centre>;

    static Kind kind_of(const document::Document& run, const document::Cell& cell, const Metric& metric);
    std::optional<KnownSpread> seen_but_in(const std::set<std::string>& own, const Kind& kind) const;

    std::vector<std::string> metrics_;
    std::set<std::string> runs_;
    std::map<Kind, std::map<Program, ByRun>> centres_;
};

/// "5.9% by 12 runs", "3% assumed": the deviation between runs.
std::string describe(const KnownSpread& known);

}  // namespace gravbench::compare
