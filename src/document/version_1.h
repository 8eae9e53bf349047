#pragma once

#include <string>

#include "document/cell_text.h"
#include "document/document.h"

/// The migration of `gravbench.results/1`: samples, wall times and rounds stood in lists beside the launches, one
/// machine and its engines in the cells, and an identity only as the printed key.
namespace gravbench::document::version_1 {

inline constexpr const char* schema_name = "gravbench.results/1";

/// The parts of the document but for its cells. Throws DataError that begins with the document's name.
void read_head(const Json& head, Document& document);

void read_cell(CellText text, const std::string& where, Document& document);

/// "versus" names cells by their keys; after all cells.
void read_versus(const Json& head, Document& document);

}  // namespace gravbench::document::version_1
