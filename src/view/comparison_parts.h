#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/fairness.h"
#include "view/format.h"
#include "view/layout.h"
#include "view/presentation.h"

/// What tables of comparisons and of machines side by side have in common.
namespace gravbench::view {

/// In four digits; a dash for nothing.
std::string figure_or_dash(const std::optional<double>& value);

/// A line for each.
std::string warning_lines(const std::vector<compare::Warning>& warnings);

/// Throws UsageError for a format or column that the content does not have, whose table is like `empty`.
void check_table_view(Content content, const Presentation& presentation, const Table& empty);

/// For people: the table, and lines below it.
std::string table_with_lines(const Table& table, const std::string& below, const Presentation& presentation);

}  // namespace gravbench::view
