#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "view/table.h"

/// Tables that fit the terminal. Nothing is lost without being named.
namespace gravbench::view {

/// What becomes of a column where the table is too wide.
enum class Role {
    figure,   ///< moves above where several rows have the same
    setting,  ///< the same, where there is only one row too
    key,      ///< names the row: stands on a line of its own where it is long
    note,     ///< a sentence: moves below, with the rows that have it
};

struct TableColumn {
    std::string name;  ///< by which it is chosen: "p50_ms"
    std::string heading;
    /// The least important ones fall away first.
    int importance = 0;
    Role role = Role::figure;
};

/// What the table is about always stays in it.
inline constexpr int always = 100;

struct Table {
    std::vector<TableColumn> columns;
    Rows rows;                                                   ///< without headings
    std::vector<std::string> labels = {};                        ///< what notes call each row
    std::map<std::string, std::vector<std::string>> brief = {};  ///< by name of a column: shorter fields
};

struct Layout {
    std::string above;
    std::string table;
    std::string below;
    std::vector<std::string> fallen;  ///< the names of the columns that are shown nowhere
};

/// The rows below their headings.
Rows with_headings(const Table& table);

/// The columns of these names, in this order; "all" is all of them.
Table chosen(const Table& table, const std::vector<std::string>& names);

/// Throws UsageError with the list of them where a name is neither that of a column nor "all".
void check_columns(const std::vector<std::string>& chosen, const std::vector<TableColumn>& columns);

/// Makes the table fit the width, by these steps as far as they are needed: what all rows share moves above; long
/// fields get short; notes move below; a long key has a line of its own; the least important columns fall away and are
/// named below, with `--columns` where `has_flag`, which brings them. Whole where there is no width.
Layout fitted(Table table, std::optional<int> width, bool has_flag);

/// Shows every column, as somebody chose them: as several tables one below the other where one would be too wide.
Layout unabridged(const Table& table, std::optional<int> width);

}  // namespace gravbench::view
