#include "view/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/errors.h"
#include "base/text.h"
#include "view/wrap.h"

namespace gravbench::view {
namespace {

constexpr std::size_t gap = 2;  ///< between columns
constexpr const char* all_columns = "all";
constexpr const char* nothing = "-";

std::size_t width_of(const Table& table, std::size_t column) {
    std::size_t width = display_width(table.columns[column].heading);
    for (const auto& row : table.rows) {
        width = std::max(width, display_width(row[column]));
    }
    return width;
}

std::size_t width_of(const Table& table) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        width += width_of(table, i) + (i == 0 ? 0 : gap);
    }
    return width;
}

void erase(Table& table, std::size_t column) {
    const auto place = static_cast<std::ptrdiff_t>(column);
    table.columns.erase(table.columns.begin() + place);
    for (auto& row : table.rows) {
        row.erase(row.begin() + place);
    }
}

std::vector<std::string> names_of(const std::vector<TableColumn>& columns) {
    std::vector<std::string> names;
    std::transform(columns.begin(), columns.end(), std::back_inserter(names),
                   [](const TableColumn& column) { return column.name; });
    return names;
}

bool is_same_in_all_rows(const Table& table, std::size_t column) {
    return std::all_of(table.rows.begin(), table.rows.end(),
                       [&](const auto& row) { return row[column] == table.rows.front()[column]; });
}

bool may_move_above(const Table& table, std::size_t column) {
    const TableColumn& one = table.columns[column];
    const bool is_movable = one.role == Role::setting || (one.role == Role::figure && table.rows.size() > 1);
    return is_movable && one.importance < always && !table.rows.empty() && is_same_in_all_rows(table, column);
}

/// "all cells: threads cores, jit none"
std::string move_above(Table& table) {
    std::string text;
    for (std::size_t i = 0; i < table.columns.size();) {
        if (may_move_above(table, i)) {
            text += fmt::format("{}{} {}", text.empty() ? "all cells: " : ", ", table.columns[i].heading,
                                table.rows.front()[i]);
            erase(table, i);
        } else {
            ++i;
        }
    }
    return text.empty() ? "" : text + "\n";
}

void shorten(Table& table) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const auto brief = table.brief.find(table.columns[i].name);
        for (std::size_t j = 0; brief != table.brief.end() && j < table.rows.size(); ++j) {
            table.rows[j][i] = brief->second[j];
        }
    }
}

/// "note  KEY, KEY: could have shown +2.3%": each once, with the rows that have it.
std::string note_lines(const Table& table, std::size_t column) {
    std::vector<std::pair<std::string, std::vector<std::string>>> notes;
    for (std::size_t j = 0; j < table.rows.size(); ++j) {
        const std::string& note = table.rows[j][column];
        if (note == nothing) {
            continue;
        }
        auto found = std::find_if(notes.begin(), notes.end(), [&](const auto& one) { return one.first == note; });
        if (found == notes.end()) {
            found = notes.insert(notes.end(), {note, {}});
        }
        found->second.push_back(j < table.labels.size() ? table.labels[j] : fmt::format("row {}", j + 1));
    }
    std::string text;
    for (const auto& [note, rows] : notes) {
        const bool is_said_of_all = rows.size() > 1 && rows.size() == table.rows.size();
        text += fmt::format("{}  {}: {}\n", table.columns[column].heading,
                            is_said_of_all ? "all cells" : fmt::format("{}", fmt::join(rows, ", ")), note);
    }
    return text;
}

std::string move_notes_below(Table& table) {
    std::string text;
    for (std::size_t i = 0; i < table.columns.size();) {
        if (table.columns[i].role == Role::note) {
            text += note_lines(table, i);
            erase(table, i);
        } else {
            ++i;
        }
    }
    return text;
}

Table part_of(const Table& table, std::size_t first, std::size_t end) {
    Table part;
    part.rows.resize(table.rows.size());
    for (std::size_t i = first; i < end; ++i) {
        part.columns.push_back(table.columns[i]);
        for (std::size_t j = 0; j < table.rows.size(); ++j) {
            part.rows[j].push_back(table.rows[j][i]);
        }
    }
    return part;
}

/// The keys of the rows, which have lines of their own then; no column where there is no long key.
Table take_out_keys(Table& table, std::size_t width) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [](const TableColumn& column) { return column.role == Role::key; });
    const auto column = static_cast<std::size_t>(found - table.columns.begin());
    if (found == table.columns.end() || table.columns.size() == 1 || width_of(table, column) <= width / 3) {
        return {};
    }
    Table keys = part_of(table, column, column + 1);
    erase(table, column);
    return keys;
}

/// Takes out the least important columns, the last of equal ones first, until the rest fits.
std::vector<TableColumn> let_fall(Table& table, std::size_t width) {
    std::vector<TableColumn> fallen;
    while (table.columns.size() > 1 && width_of(table) > width) {
        std::size_t least = 0;
        for (std::size_t i = 1; i < table.columns.size(); ++i) {
            least = table.columns[i].importance <= table.columns[least].importance ? i : least;
        }
        fallen.insert(fallen.begin(), table.columns[least]);
        erase(table, least);
    }
    return fallen;
}

std::string fallen_line(const std::vector<TableColumn>& fallen, std::size_t width, bool has_flag) {
    if (fallen.empty()) {
        return "";
    }
    std::vector<std::string> headings;
    for (const TableColumn& column : fallen) {
        headings.push_back(column.heading);
    }
    const std::string names = fmt::format("{}", fmt::join(names_of(fallen), ","));
    return fmt::format("not shown for lack of width: {} ({})\n", fmt::join(headings, ", "),
                       !has_flag                  ? "in a pipe or a file they are"
                       : names.size() < width / 2 ? fmt::format("--columns {} shows them", names)
                                                  : "--columns all shows them");
}

/// A single column too wide for the terminal: its fields are broken into lines.
std::string single_column(const Table& table, int width) {
    std::string text = wrapped(table.columns.front().heading + "\n", width, gap);
    for (const auto& row : table.rows) {
        text += wrapped(row.front() + "\n", width, gap);
    }
    return text;
}

std::string text_of(const Table& table, int width) {
    return table.columns.size() == 1 && width_of(table) > static_cast<std::size_t>(width)
               ? single_column(table, width)
               : aligned(with_headings(table));
}

/// Each row below its key, which is said once for rows that follow one another.
std::string below_keys(const Table& table, const Table& keys) {
    const std::vector<std::string> lines = split(aligned(with_headings(table)), '\n');
    const std::string margin(gap, ' ');
    std::string text = keys.columns.front().heading + "\n" + margin + lines.front() + "\n";
    for (std::size_t j = 0; j < keys.rows.size(); ++j) {
        const std::string& key = keys.rows[j].front();
        const bool is_said = key.empty() || (j > 0 && key == keys.rows[j - 1].front());
        text += (is_said ? "" : key + "\n") + margin + lines[j + 1] + "\n";
    }
    return text;
}

/// Numbers of rows, by which they are found again in the next table.
Table numbered(Table table) {
    table.columns.insert(table.columns.begin(), {"", "#"});
    for (std::size_t j = 0; j < table.rows.size(); ++j) {
        table.rows[j].insert(table.rows[j].begin(), std::to_string(j + 1));
    }
    return table;
}

/// One column with its numbers, as lines.
std::string numbered_lines(const Table& table, int width) {
    Table joined;
    joined.columns.push_back({"", "#  " + table.columns.front().heading});
    for (std::size_t j = 0; j < table.rows.size(); ++j) {
        joined.rows.push_back({fmt::format("{}  {}", j + 1, table.rows[j].front())});
    }
    return text_of(joined, width);
}

}  // namespace

Rows with_headings(const Table& table) {
    Rows rows(1);
    for (const TableColumn& column : table.columns) {
        rows.front().push_back(column.heading);
    }
    rows.insert(rows.end(), table.rows.begin(), table.rows.end());
    return rows;
}

Table chosen(const Table& table, const std::vector<std::string>& names) {
    std::vector<std::size_t> places;
    for (const std::string& name : names) {
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const bool is_meant = name == all_columns || table.columns[i].name == name;
            if (is_meant && std::count(places.begin(), places.end(), i) == 0) {
                places.push_back(i);
            }
        }
    }
    Table result{{}, Rows(table.rows.size()), table.labels, {}};
    for (const std::size_t place : places) {
        result.columns.push_back(table.columns[place]);
        for (std::size_t j = 0; j < table.rows.size(); ++j) {
            result.rows[j].push_back(table.rows[j][place]);
        }
    }
    return result;
}

void check_columns(const std::vector<std::string>& chosen, const std::vector<TableColumn>& columns) {
    const std::vector<std::string> names = names_of(columns);
    for (const std::string& name : chosen) {
        if (name != all_columns && std::count(names.begin(), names.end(), name) == 0) {
            throw UsageError(fmt::format("--columns: \"{}\" is not one of all, {}{}", name, fmt::join(names, ", "),
                                         did_you_mean(name, names)));
        }
    }
}

Layout fitted(Table table, std::optional<int> width, bool has_flag) {
    if (!width || width_of(table) <= static_cast<std::size_t>(*width)) {
        return {"", aligned(with_headings(table)), "", {}};
    }
    const auto columns = static_cast<std::size_t>(*width);
    Layout layout;
    layout.above = wrapped(move_above(table), width, gap);
    if (width_of(table) > columns) {
        shorten(table);
    }
    if (width_of(table) > columns) {
        layout.below = wrapped(move_notes_below(table), width, gap);
    }
    Table keys;
    if (width_of(table) > columns) {
        keys = take_out_keys(table, columns);
    }
    const std::vector<TableColumn> fallen =
        let_fall(table, keys.columns.empty() ? columns : columns - std::min(columns, gap));
    layout.fallen = names_of(fallen);
    layout.below += wrapped(fallen_line(fallen, columns, has_flag), width, gap);
    layout.table = keys.columns.empty() ? text_of(table, *width) : below_keys(table, keys);
    return layout;
}

Layout unabridged(const Table& table, std::optional<int> width) {
    if (!width || width_of(table) <= static_cast<std::size_t>(*width)) {
        return {"", aligned(with_headings(table)), "", {}};
    }
    const std::size_t columns = static_cast<std::size_t>(*width);
    Layout layout;
    for (std::size_t first = 0; first < table.columns.size();) {
        std::size_t end = first + 1;
        while (end < table.columns.size() && width_of(numbered(part_of(table, first, end + 1))) <= columns) {
            ++end;
        }
        const Table part = part_of(table, first, end);
        const bool is_too_wide = width_of(numbered(part)) > columns;
        layout.table += (first == 0 ? "" : "\n") +
                        (is_too_wide ? numbered_lines(part, *width) : aligned(with_headings(numbered(part))));
        first = end;
    }
    return layout;
}

}  // namespace gravbench::view
