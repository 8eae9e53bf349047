#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compare/measured_document.h"

/// Which cell of one side is compared with which of the other.
namespace gravbench::compare {

/// NAME=VALUE by name: settings, "model", or "engine". Empty selects everything.
using Selection = std::map<std::string, std::string>;

/// Reads "fpmath=strict,batch=1". Throws UsageError naming the flag, for a name that is no setting too.
Selection parse_selection(const std::string& text, const std::string& flag);

struct Match {
    const MeasuredCell* base;
    const MeasuredCell* other;
};

struct Matches {
    std::vector<Match> pairs;
    std::vector<std::string> only_in_base;  ///< keys
    std::vector<std::string> only_in_other;
};

/// Cells that agree in model, engine and settings but for what the selections name.
/// Throws UsageError where a selection selects nothing, or two cells of one side would match.
Matches match(const MeasuredDocument& base, const Selection& where, const MeasuredDocument& other,
              const Selection& against);

/// The pairs that the document itself says were measured against each other.
Matches match_versus(const MeasuredDocument& document);

/// "fpmath strict -> bf16, engine a -> b": the settings in which two cells differ; empty where in none.
std::string difference(const MeasuredCell& base, const MeasuredCell& other);

}  // namespace gravbench::compare
