#include "view/table.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "protocol/line.h"
#include "view/wrap.h"

namespace gravbench::view {
namespace {

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
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

/// A field is one line: what a model or an engine is called, or said, may hold line ends and a terminal's commands.
Rows printable(Rows rows) {
    for (auto& row : rows) {
        for (std::string& field : row) {
            field = one_line(std::move(field));
        }
    }
    return rows;
}

}  // namespace

std::string aligned(const Rows& given) {
    const Rows rows = printable(given);
    std::vector<std::size_t> widths(rows.front().size());
    std::vector<bool> are_numbers(rows.front().size(), true);
    for (std::size_t j = 0; j < rows.size(); ++j) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(rows[j][i]));
            are_numbers[i] = are_numbers[i] && (j == 0 || is_number(rows[j][i]));
        }
    }
    std::string result;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string margin(widths[i] - display_width(row[i]), ' ');
            line += (are_numbers[i] ? margin + row[i] : row[i] + margin) + "  ";
        }
        line.resize(line.find_last_not_of(' ') + 1);
        result += line + "\n";
    }
    return result;
}

std::string markdown(const Rows& given) {
    const Rows rows = printable(given);
    std::string text;
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
    return text;
}

std::string csv(const Rows& rows) {
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += (i == 0 ? "" : ",") + quoted(row[i]);
        }
        text += "\n";
    }
    return text;
}

}  // namespace gravbench::view
