#pragma once

#include <string>

#include "compare/matching.h"
#include "document/document.h"
#include "plan/plan.h"

/// `run --baseline`: whether its engine is measured again beside the new one.
namespace gravbench::cli {

/// An earlier run, and what of it is measured again.
struct Baseline {
    document::Document document;
    /// The engine that it was measured with, as --engine takes it, where it is measured again beside the new one: the
    /// verdict is then about the two now. Empty where it is not.
    std::string old_engine;
    std::string new_engine;
    std::string note;  ///< why it is not

    bool is_measured_again() const { return !old_engine.empty(); }
};

/// Throws DataError naming the file.
Baseline read_baseline(const std::string& path);

/// --baseline-engine: judge by the stored figures.
inline constexpr const char* no_engine = "none";

/// What is given, with the baseline's engine as the first variant and the asked one as the second where both are to be
/// measured: `asked` is --baseline-engine. Where that is empty, it is the engine that the document names, if it is
/// still there, unchanged, and not the one that is measured anyway. Throws UsageError.
plan::Layer with_old_engine(plan::Layer given, const std::string& asked, Baseline& baseline);

/// Notes how the baseline is used, and keeps the new engine as the one that a later run with this one as its baseline
/// takes.
void tell(const Baseline& baseline, plan::Plan& plan);

/// What the baseline's engine took then and takes now, a line for each cell; empty where it is not measured again.
std::string stored_lines(const Baseline& baseline, const document::Document& document, const std::string& metric);

/// The cells of the baseline and of the run that are compared where its engine is not measured again. Of a baseline
/// that has two engines, those of the new one: there it may have another label, which tells it from the old one.
compare::Matches match_stored(const Baseline& baseline, const document::Document& document);

}  // namespace gravbench::cli
