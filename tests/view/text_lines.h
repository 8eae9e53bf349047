#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "view/wrap.h"

namespace gravbench::view {

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// The first line that starts with this; empty where none does.
inline std::string line_with(const std::string& text, const std::string& start) {
    for (const std::string& line : lines_of(text)) {
        if (line.rfind(start, 0) == 0) {
            return line;
        }
    }
    return "";
}

/// The lines longer than the width that could have been shorter: those of more than one word.
inline std::vector<std::string> too_long(const std::string& text, std::size_t width) {
    std::vector<std::string> lines = lines_of(text);
    std::erase_if(lines, [&](const std::string& line) {
        const std::size_t start = line.find_first_not_of(' ');
        return display_width(line) <= width || line.find(' ', start) == std::string::npos;
    });
    return lines;
}

/// The text with every run of blanks and line ends as one blank, so that it is found however it was wrapped.
inline std::string unwrapped(const std::string& text) {
    std::string result;
    std::istringstream stream(text);
    for (std::string word; stream >> word;) {
        result += (result.empty() ? "" : " ") + word;
    }
    return result;
}

}  // namespace gravbench::view
