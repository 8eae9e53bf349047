#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace gravbench::document {

/// Parses JSON in which no object has a member twice, or more than any document's has, and no brackets are nested
/// deeper than any document has them: copying and writing a value recurse into it. Throws DataError that begins with
/// `where`.
Json strict_json(std::string_view text, const std::string& where);

}  // namespace gravbench::document
