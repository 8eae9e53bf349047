#pragma once

#include <map>
#include <string>
#include <vector>

#include "document/document.h"

/// Which cell of one side is compared with which of the other.
namespace gravbench::compare {

/// NAME=VALUE by name: settings, "model", "engine", "env.NAME" or "shape.NAME". Empty selects everything.
using Selection = std::map<std::string, std::string>;

/// Reads "fpmath=strict,batch=1". Throws UsageError naming the flag, for a name that is no setting too.
Selection parse_selection(const std::string& text, const std::string& flag);

struct Match {
    const document::Cell* base;
    const document::Cell* other;
};

struct Matches {
    std::vector<Match> pairs;
    std::vector<std::string> only_in_base;  ///< keys
    std::vector<std::string> only_in_other;
};

/// Cells whose identities agree but for what the selections name.
/// Throws UsageError where a selection selects nothing, or two cells of one side would match.
Matches match(const document::Document& base, const Selection& where, const document::Document& other,
              const Selection& against);

/// The pairs that the document itself says were measured against each other.
Matches match_versus(const document::Document& document);

/// "engine a -> b, fpmath strict -> bf16": what the identities of two cells differ in; empty where in nothing. Engines
/// of one label and two versions differ too: "engine torch 2.12.0 -> torch 2.13.0".
std::string difference(const document::Document& base_document, const document::Cell& base,
                       const document::Document& other_document, const document::Cell& other);

}  // namespace gravbench::compare
