#include "view/render.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "document/writer.h"
#include "view/column.h"
#include "view/format.h"
#include "view/layout.h"
#include "view/lines.h"
#include "view/wrap.h"
#include "view/yardstick_lines.h"

namespace gravbench::view {
namespace {

using document::Cell;
using document::Document;

std::vector<TableColumn> headings(const std::vector<Column>& columns) {
    std::vector<TableColumn> result;
    for (const Column& column : columns) {
        result.push_back({column.name, column.heading, column.importance, column.role});
    }
    return result;
}

/// How many problems, where their codes are too long: the lines below tell all of them.
std::vector<std::string> problem_counts(const Document& document) {
    std::vector<std::string> counts;
    for (const Cell& cell : document.cells) {
        counts.push_back(cell.problems.empty() ? "-" : std::to_string(cell.problems.size()));
    }
    return counts;
}

/// All columns, one row for each cell, as people read them.
Table readable_table(const Document& document, const std::vector<Column>& columns) {
    Table table{headings(columns), {}, {}, {{"problems", problem_counts(document)}}};
    for (const Cell& cell : document.cells) {
        table.rows.emplace_back();
        for (const Column& column : columns) {
            table.rows.back().push_back(readable(column, column.value(cell)));
        }
    }
    return table;
}

/// Those that were chosen, in that order; without a choice those that suit the document.
std::vector<Column> columns_to_show(const Document& document, const Presentation& presentation, bool has_all) {
    const std::vector<Column> columns = columns_for(document);
    std::vector<Column> result;
    if (presentation.columns.empty()) {
        std::copy_if(columns.begin(), columns.end(), std::back_inserter(result),
                     [&](const Column& column) { return has_all || column.is_shown; });
        return result;
    }
    for (const TableColumn& wanted : chosen({headings(columns), {}}, presentation.columns).columns) {
        result.push_back(*std::find_if(columns.begin(), columns.end(),
                                       [&](const Column& column) { return column.name == wanted.name; }));
    }
    return result;
}

std::string lines_below(const Document& document, std::vector<Column> columns, const std::vector<std::string>& fallen) {
    std::erase_if(columns,
                  [&](const Column& column) { return std::count(fallen.begin(), fallen.end(), column.name) > 0; });
    return reason_lines(document, columns) + weights_line(document) + problem_lines(document);
}

std::string render_table(const Document& document, const Presentation& presentation) {
    const std::vector<Column> columns = columns_to_show(document, presentation, false);
    const Table table = readable_table(document, columns);
    const Layout layout =
        presentation.columns.empty() ? fitted(table, presentation.width, true) : unabridged(table, presentation.width);
    const auto fit = [&](const std::string& text) { return wrapped(text, presentation.width, hanging_indent); };
    return fit(machine_line(document) + yardstick_lines(document) + shape_line(document) + status_line(document)) +
           layout.above + "\n" + layout.table + "\n" + layout.below +
           fit(lines_below(document, columns, layout.fallen));
}

std::string render_markdown(const Document& document, const Presentation& presentation) {
    const std::vector<Column> columns = columns_to_show(document, presentation, false);
    return machine_line(document) + yardstick_lines(document) + shape_line(document) + status_line(document) + "\n" +
           markdown(with_headings(readable_table(document, columns))) + "\n" + lines_below(document, columns, {});
}

/// RFC 4180: commas, quotes doubled, one header line. Empty for nothing.
std::string render_csv(const Document& document, const Presentation& presentation) {
    const std::vector<Column> columns = columns_to_show(document, presentation, true);
    Rows rows(1);
    for (const Column& column : columns) {
        rows.front().push_back(column.name);
    }
    for (const Cell& cell : document.cells) {
        rows.emplace_back();
        for (const Column& column : columns) {
            rows.back().push_back(exact(column.value(cell)));
        }
    }
    return csv(rows);
}

std::string render_jsonl(const Document& document, const Presentation&) {
    std::string text;
    for (const Json& cell : document::cells_without_launches(document)) {
        text += cell.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    return text;
}

std::string render_json(const Document& document, const Presentation&) {
    return document::to_text(document);
}

struct Renderer {
    const char* format;
    std::string (*render)(const Document& document, const Presentation& presentation);
    bool has_columns;
};

constexpr Renderer renderers[] = {{"table", render_table, true},
                                  {"markdown", render_markdown, true},
                                  {"csv", render_csv, true},
                                  {"jsonl", render_jsonl, false},
                                  {"json", render_json, false}};

const Renderer& renderer_for(const std::string& name) {
    const std::string& format = find_format(Content::results, name).name;
    return *std::find_if(std::begin(renderers), std::end(renderers),
                         [&](const Renderer& renderer) { return renderer.format == format; });
}

}  // namespace

void check_results_view(const Presentation& presentation) {
    const Renderer& renderer = renderer_for(presentation.format);
    if (!presentation.columns.empty() && !renderer.has_columns) {
        throw UsageError(
            fmt::format("--columns contradicts --format {}, which has no columns: it is for table, "
                        "markdown and csv",
                        presentation.format));
    }
    check_columns(presentation.columns, headings(columns_for({})));
}

std::string render_results(const Document& document, const Presentation& presentation) {
    check_results_view(presentation);
    return renderer_for(presentation.format).render(document, presentation);
}

}  // namespace gravbench::view
