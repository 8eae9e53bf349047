#include "cli/presentation_flags.h"

#include <fmt/format.h>

#include "base/text.h"
#include "view/across_view.h"
#include "view/comparison_view.h"
#include "view/render.h"
#include "view/terminal.h"

namespace gravbench::cli {
namespace {

bool has_columns(view::Content content) {
    return content == view::Content::results || content == view::Content::comparison ||
           content == view::Content::across;
}

}  // namespace

void add_presentation_flags(CLI::App& app, view::Content content, PresentationFlags& flags) {
    app.add_option("--format", flags.format,
                   fmt::format("what goes to stdout: {} [table]", view::format_names(content)))
        ->type_name("FORMAT");
    if (has_columns(content)) {
        app.add_option("--columns", flags.columns,
                       "the table's columns by name, in this order, or all; without it a terminal is shown those that "
                       "fit its width")
            ->type_name("NAME,...");
    }
}

view::Presentation presentation_from(const PresentationFlags& flags, view::Content content) {
    view::Presentation presentation{flags.format, {}, view::terminal_width()};
    if (!flags.columns.empty()) {
        presentation.columns = split(flags.columns, ',');
    }
    switch (content) {
        case view::Content::results:
            view::check_results_view(presentation);
            break;
        case view::Content::comparison:
            view::check_comparison_view(presentation);
            break;
        case view::Content::across:
            view::check_across_view(presentation);
            break;
        case view::Content::audit:
        case view::Content::doctor:
            view::find_format(content, flags.format);
            break;
    }
    return presentation;
}

}  // namespace gravbench::cli
