#include "view/comparison_parts.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "view/number.h"
#include "view/wrap.h"

namespace gravbench::view {

std::string figure_or_dash(const std::optional<double>& value) {
    return value ? four_digits(*value) : "-";
}

std::string warning_lines(const std::vector<compare::Warning>& warnings) {
    std::string text;
    for (const compare::Warning& warning : warnings) {
        text += fmt::format("warning  {}{}\n", warning.message,
                            warning.cells > 0 ? fmt::format(" ({} cells)", warning.cells) : "");
    }
    return text;
}

void check_table_view(Content content, const Presentation& presentation, const Table& empty) {
    find_format(content, presentation.format);
    if (!presentation.columns.empty() && presentation.format == "json") {
        throw UsageError("--columns contradicts --format json, which has no columns: it is for table and markdown");
    }
    check_columns(presentation.columns, empty.columns);
}

std::string table_with_lines(const Table& table, const std::string& below, const Presentation& presentation) {
    const bool is_chosen = !presentation.columns.empty();
    const Table wanted = is_chosen ? chosen(table, presentation.columns) : table;
    if (presentation.format == "markdown") {
        return markdown(with_headings(wanted)) + below;
    }
    const Layout layout = is_chosen ? unabridged(wanted, presentation.width) : fitted(wanted, presentation.width, true);
    return layout.above + (layout.above.empty() ? "" : "\n") + layout.table +
           (layout.below.empty() ? "" : "\n" + layout.below) + wrapped(below, presentation.width, hanging_indent);
}

}  // namespace gravbench::view
