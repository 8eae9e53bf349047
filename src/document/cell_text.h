#pragma once

#include <simdjson.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "document/document.h"
#include "document/version_1.h"

/// A cell's text: its many numbers go straight into lists, the rest becomes a small JSON value.
namespace gravbench::document {

struct CellText {
    Json rest = Json::object();  ///< every member but samples
    /// Version 2: "launches", whole.
    std::vector<Launch> launches;
    /// Version 1: "samples".
    version_1::Samples samples;
};

/// Reads one cell after the other; what it needs for that is made once.
class CellParser {
  public:
    /// Throws DataError that begins with `where`, the cell's place.
    CellText read(const std::string& text, bool is_version_1, const std::string& where);

  private:
    simdjson::ondemand::parser parser_;
    std::string padded_;
};

}  // namespace gravbench::document
