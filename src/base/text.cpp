#include "base/text.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "base/json.h"

namespace gravbench {
namespace {

/// Levenshtein's distance.
std::size_t edits_between(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
    std::string best;
    std::size_t fewest = 3;
    for (const std::string& candidate : candidates) {
        const std::size_t edits = edits_between(word, candidate);
        if (edits < fewest && edits < candidate.size()) {
            fewest = edits;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
    const std::string candidate = nearest(word, candidates);
    return candidate.empty() ? "" : "; did you mean \"" + candidate + "\"?";
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> pieces(1);
    for (const char c : text) {
        if (c == separator) {
            pieces.emplace_back();
        } else {
            pieces.back() += c;
        }
    }
    return pieces;
}

bool is_plain(const std::string& text) {
    return one_line(text) == text && Json(text).dump(-1, ' ', false, Json::error_handler_t::ignore) ==
                                         Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
    return text;
}

std::string first_line(const std::string& text) {
    const std::size_t end = text.find('\n');
    return end == std::string::npos ? text : text.substr(0, end) + " ...";
}

std::string counted(std::int64_t count, std::string_view thing) {
    return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::optional<double> parse_share(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const bool is_percent = std::string(end) == "%";
    const double share = is_percent ? number / 100 : number;
    const bool is_number = end != text.c_str() && (is_percent || *end == '\0');
    return is_number && share > 0 && share < 1 ? std::optional(share) : std::nullopt;
}

std::string shell_line(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        const bool is_plain = !word.empty() && word.find_first_of(" \t\n\"'{}[]()$&;|<>*?\\`!#~") == std::string::npos;
        std::string quoted = "'";
        for (const char c : word) {
            quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
        }
        line += (line.empty() ? "" : " ") + (is_plain ? word : quoted + "'");
    }
    return line;
}

}  // namespace gravbench
