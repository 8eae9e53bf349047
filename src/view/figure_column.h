#pragma once

#include <vector>

#include "view/column.h"

namespace gravbench::view {

/// The columns of a cell's figures, its problems last. The table in figure_column.cpp is the only list of them.
std::vector<Column> figure_columns(const document::Document& document);

}  // namespace gravbench::view
