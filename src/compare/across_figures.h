#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/across.h"

/// What several runs on one type of machine come to, and the ratio of two types (docs/compare.md, Several machines).
namespace gravbench::compare {

/// A document's cell whose figures may be used.
struct UsableRun {
    const document::Document* document = nullptr;
    const document::Cell* cell = nullptr;
    std::vector<double> of_launches;  ///< their p50s
    std::optional<double> p50_ms;     ///< as the document has it
    std::string machine;              ///< its id; empty where the document has none
};

/// How many machines these runs were on; 0 where one of them does not say.
std::size_t machines_of(const std::vector<UsableRun>& runs);

UsableRun usable_run(const document::Document& document, const document::Cell& cell);

/// The figures of these runs; at least one. Where they were on several machines and say so, each machine counts once.
void add_figures(const std::vector<UsableRun>& runs, AcrossEntry& entry);

/// Their p50 over that of the runs on the first machine. A side of several runs counts what these differ by, a side of
/// one its launches and the spread between runs that `history` knows. None where a side is one run of a single launch.
void add_ratio(const std::vector<UsableRun>& first, const std::vector<UsableRun>& runs, const RunHistory& history,
               AcrossEntry& entry);

}  // namespace gravbench::compare
