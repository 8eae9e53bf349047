#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace gravbench::document {

/// How deep brackets may be nested.
inline constexpr std::size_t most_depth = 64;

/// How many members an object may have. They are looked through for each further one.
inline constexpr std::size_t most_members = 1000;

/// Parses JSON in which no object has a member twice, or more than any document's has, and no brackets are nested
/// deeper than any document has them: copying and writing a value recurse into it. Throws DataError that begins with
/// `where`.
Json strict_json(std::string_view text, const std::string& where);

}  // namespace gravbench::document
