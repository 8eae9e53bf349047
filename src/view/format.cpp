#include "view/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "base/text.h"

namespace gravbench::view {
namespace {

std::vector<std::string> names_for(Content content) {
    std::vector<std::string> names;
    for (const Format& format : formats()) {
        if (std::count(format.contents.begin(), format.contents.end(), content) > 0) {
            names.push_back(format.name);
        }
    }
    return names;
}

}  // namespace

const std::vector<Format>& formats() {
    using enum Content;
    static const std::vector<Format> table{
        {"table", "aligned columns that fit the terminal", {results, comparison, across, audit, doctor}, true},
        {"markdown", "the same as a Markdown table, whole", {results, comparison, across, audit, doctor}, true},
        {"csv", "every column, one line for each row", {results, audit}},
        {"jsonl", "one JSON object for each cell, without samples", {results}},
        {"json", "the document", {results, comparison, across, audit, doctor}},
    };
    return table;
}

std::string format_names(Content content) {
    return fmt::format("{}", fmt::join(names_for(content), ", "));
}

const Format& find_format(Content content, const std::string& name) {
    const std::vector<std::string> names = names_for(content);
    if (std::count(names.begin(), names.end(), name) == 0) {
        throw UsageError(
            fmt::format("--format: \"{}\" is not one of {}{}", name, format_names(content), did_you_mean(name, names)));
    }
    return *std::find_if(formats().begin(), formats().end(), [&](const Format& format) { return format.name == name; });
}

}  // namespace gravbench::view
