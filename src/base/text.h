#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gravbench {

/// The candidate that is at most two edits away from the word and nearest to it; empty where there is none.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

/// "; did you mean \"fpmath\"?" or nothing.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

/// Splits at every separator; "a,,b" gives an empty middle, "" gives one empty piece.
std::vector<std::string> split(const std::string& text, char separator);

/// The first line; with " ..." behind it where there are more.
std::string first_line(const std::string& text);

/// Reads "3%" or "0.03" as 0.03. Nothing for what is no such number, or not between 0 and 1 (both excluded).
std::optional<double> parse_share(const std::string& text);

}  // namespace gravbench
