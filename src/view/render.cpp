#include "view/render.h"

#include <algorithm>
#include <vector>

#include "view/column.h"
#include "view/lines.h"
#include "view/table.h"

namespace gravbench::view {
namespace {

/// The heading and one line for each cell, of the columns that people are shown.
Rows readable_rows(const Json& document) {
    Rows rows(1);
    std::vector<Column> shown;
    for (const Column& column : columns_for(document)) {
        if (column.is_shown) {
            shown.push_back(column);
            rows.front().push_back(column.heading);
        }
    }
    for (const Json& cell : document.at("cells")) {
        rows.emplace_back();
        for (const Column& column : shown) {
            rows.back().push_back(readable(column, column.value(cell)));
            std::replace(rows.back().back().begin(), rows.back().back().end(), '\n', ' ');
        }
    }
    return rows;
}

}  // namespace

std::string render_table(const Json& document) {
    return machine_line(document) + status_line(document) + "\n" + aligned(readable_rows(document)) + "\n" +
           weights_line(document) + problem_lines(document);
}

std::string render_markdown(const Json& document) {
    return machine_line(document) + status_line(document) + "\n" + markdown(readable_rows(document)) + "\n" +
           weights_line(document) + problem_lines(document);
}

std::string render_csv(const Json& document) {
    const std::vector<Column> columns = columns_for(document);
    Rows rows{{"key", "valid"}};
    for (const Column& column : columns) {
        rows.front().push_back(column.name);
    }
    for (const Json& cell : document.at("cells")) {
        rows.push_back({cell.at("key").get<std::string>(), cell.at("valid").dump()});
        for (const Column& column : columns) {
            const Json value = column.value(cell);
            rows.back().push_back(value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump());
        }
    }
    return csv(rows);
}

std::string render_jsonl(const Json& document) {
    std::string text;
    for (Json cell : document.at("cells")) {
        cell.erase("samples");
        cell["run_id"] = document.at("run").at("id");
        text += cell.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    return text;
}

std::string render_json(const Json& document) {
    return readable_json(document);
}

}  // namespace gravbench::view
