#include "view/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "results/problem.h"
#include "view/column.h"

namespace gravbench::view {
namespace {

using Rows = std::vector<std::vector<std::string>>;

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

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
}

/// Columns of numbers to the right, the others to the left.
std::string aligned(const Rows& rows) {
    std::string result;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            std::size_t width = 0;
            bool is_numeric = true;
            for (std::size_t j = 0; j < rows.size(); ++j) {
                width = std::max(width, rows[j][i].size());
                is_numeric = is_numeric && (j == 0 || is_number(rows[j][i]));
            }
            line += is_numeric ? fmt::format("{:>{}}  ", row[i], width) : fmt::format("{:<{}}  ", row[i], width);
        }
        line.resize(line.find_last_not_of(' ') + 1);
        result += line + "\n";
    }
    return result;
}

std::string machine_line(const Json& document) {
    const Json& machine = document.at("machine");
    const auto text = [](const Json& value) {
        return value.is_string() ? value.get<std::string>() : value.is_null() ? std::string("unknown") : value.dump();
    };
    const std::string instance = machine.at("instance_type").is_null() ? "" : text(machine.at("instance_type")) + ", ";
    std::string line =
        fmt::format("{}{}, {} cores of {} vCPUs, {}", instance,
                    machine.at("cpu").is_null() ? "unknown CPU" : text(machine.at("cpu")),
                    text(machine.at("physical_cores")), text(machine.at("vcpus")), text(machine.at("arch")));
    for (const Json& cell : document.at("cells")) {
        const Json& engine = cell.at("engine");
        if (!engine.is_null()) {
            const Json onednn = engine.at("libraries").value("onednn", Json());
            line += fmt::format("; engine {} {}{}", text(engine.at("name")), text(engine.at("version")),
                                onednn.is_string() ? ", oneDNN " + text(onednn) : "");
            break;
        }
    }
    return line + (machine.at("emulated") == true ? "\nEMULATED: the times below mean nothing.\n" : "\n");
}

/// A later version's document may have problems that this one does not know.
std::string remedy_for(const std::string& code) {
    const auto& kinds = results::problem_kinds();
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const results::ProblemKind& kind) { return kind.code == code; });
    return found == kinds.end() ? "not known to this version" : found->remedy;
}

/// Each problem once, with the cells that have it and what to do.
std::string problem_lines(const Json& document) {
    std::string lines;
    for (const Json& cell : document.at("cells")) {
        for (const Json& problem : cell.at("problems")) {
            const auto code = problem.at("code").get<std::string>();
            lines += fmt::format("problem  {}: {}: {} ({})\n", cell.at("key").get<std::string>(), code,
                                 problem.at("message").get<std::string>(), remedy_for(code));
        }
        if (cell.contains("log_tail")) {
            lines += fmt::format("  the engine's log ends with:\n{}\n", cell.at("log_tail").get<std::string>());
        }
    }
    return lines;
}

/// Figures from random weights must never pass for those of a trained model.
std::string weights_line(const Json& document) {
    std::set<std::string> names;
    for (const Json& cell : document.at("cells")) {
        const Json& weights = cell.at("model").at("weights");
        if (weights.is_object() && weights.value("kind", "") == "random") {
            names.insert(cell.at("model").at("name").get<std::string>());
        }
    }
    return names.empty() ? ""
                         : fmt::format(
                               "weights  random, not trained: {} (latency does not depend on them; accuracy compares "
                               "settings, not models)\n",
                               fmt::join(names, ", "));
}

std::string status_line(const Json& document) {
    return document.at("run").at("status") == "partial" ? "PARTIAL: the run was interrupted.\n" : "";
}

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string result = "\"";
    for (const char c : text) {
        result += c == '"' ? "\"\"" : std::string(1, c);
    }
    return result + "\"";
}

}  // namespace

std::string render_table(const Json& document) {
    return machine_line(document) + status_line(document) + "\n" + aligned(readable_rows(document)) + "\n" +
           weights_line(document) + problem_lines(document);
}

std::string render_markdown(const Json& document) {
    std::string text;
    const Rows rows = readable_rows(document);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const std::string& field : rows[i]) {
            text += "| ";
            for (const char c : field) {
                text += c == '|' ? "\\|" : std::string(1, c);
            }
            text += " ";
        }
        text += "|\n";
        if (i == 0) {
            for (std::size_t j = 0; j < rows[i].size(); ++j) {
                text += "|---";
            }
            text += "|\n";
        }
    }
    return machine_line(document) + status_line(document) + "\n" + text + "\n" + weights_line(document) +
           problem_lines(document);
}

std::string render_csv(const Json& document) {
    const std::vector<Column> columns = columns_for(document);
    std::vector<std::string> fields{"key", "valid"};
    for (const Column& column : columns) {
        fields.push_back(column.name);
    }
    std::string text = fmt::format("{}\n", fmt::join(fields, ","));
    for (const Json& cell : document.at("cells")) {
        fields = {quoted(cell.at("key").get<std::string>()), cell.at("valid").dump()};
        for (const Column& column : columns) {
            const Json value = column.value(cell);
            fields.push_back(value.is_null() ? ""
                                             : quoted(value.is_string() ? value.get<std::string>() : value.dump()));
        }
        text += fmt::format("{}\n", fmt::join(fields, ","));
    }
    return text;
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
