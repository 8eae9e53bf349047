#include "view/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "view/render.h"

namespace gravbench::view {

const std::vector<Format>& formats() {
    static const std::vector<Format> table{
        {"table", "aligned columns, with machine, problems and weights", render_table},
        {"markdown", "the same as a Markdown table", render_markdown},
        {"csv", "every column, one line for each cell", render_csv},
        {"jsonl", "one JSON object for each cell, without samples", render_jsonl},
        {"json", "the results document", render_json},
    };
    return table;
}

const Format& find_format(const std::string& name) {
    const auto found =
        std::find_if(formats().begin(), formats().end(), [&](const Format& format) { return format.name == name; });
    if (found == formats().end()) {
        throw UsageError(fmt::format("--format: \"{}\" is not one of {}", name, format_names()));
    }
    return *found;
}

std::string format_names() {
    std::vector<std::string> names;
    for (const Format& format : formats()) {
        names.push_back(format.name);
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace gravbench::view
