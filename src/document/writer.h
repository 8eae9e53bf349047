#pragma once

#include <string>
#include <vector>

#include "document/document.h"

namespace gravbench::document {

inline constexpr const char* schema_name = "gravbench.results/2";

/// The document as `gravbench.results/2` (docs/results.md), which is the only form that is written.
Json to_json(const Document& document);
/// Its cells as they stand there, each with its engine, its machine and the run's id in place of its launches.
std::vector<Json> cells_without_launches(const Document& document);
/// The text of the file: indented, lists of plain values on one line.
std::string to_text(const Document& document);

}  // namespace gravbench::document

namespace gravbench {
/// The JSON Schema of the document (src/document/results.schema.json).
const char* results_schema();
}  // namespace gravbench
