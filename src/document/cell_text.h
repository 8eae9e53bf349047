#pragma once

#include <simdjson.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "document/document.h"
#include "document/figures_text.h"
#include "document/settings_text.h"

/// A cell's text: its many numbers go straight into their structs, the rest becomes a small JSON value.
namespace gravbench::document {

/// The member "samples" of a cell of version 1: by launch and block.
struct Version1Samples {
    std::vector<std::vector<std::vector<std::int64_t>>> samples_ns;
    std::vector<std::vector<std::int64_t>> wall_ns;
    std::vector<std::vector<std::int64_t>> rounds;  ///< empty in documents of the first versions
};

struct CellText {
    Json rest = Json::object();  ///< every other member
    CellFigures figures;
    CellSettings settings;
    /// Version 2: what the cell is.
    plan::Identity identity;
    /// Version 2: "launches", whole.
    std::vector<Launch> launches;
    /// Version 1: "samples".
    Version1Samples samples;
};

/// Reads one cell after the other; what it needs for that is made once.
class CellParser {
  public:
    /// Makes room behind the text, which it does not change. Throws DataError that begins with `where`, the cell's
    /// place.
    CellText read(std::string& text, bool is_version_1, const std::string& where);

  private:
    simdjson::ondemand::parser parser_;
};

}  // namespace gravbench::document
