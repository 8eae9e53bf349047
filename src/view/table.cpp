#include "view/table.h"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

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

std::string markdown(const Rows& rows) {
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
