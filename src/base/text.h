#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gravbench {

/// The candidate that is at most two edits away from the word and nearest to it; empty where there is none.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

/// "; did you mean \"fpmath\"?" or nothing.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

/// Splits at every separator; "a,,b" gives an empty middle, "" gives one empty piece.
std::vector<std::string> split(const std::string& text, char separator);

/// Whether it is UTF-8 without control characters: printed in a line and written as JSON it stays what it is.
bool is_plain(const std::string& text);

/// Control characters, line ends and a terminal's commands among them, become blanks.
std::string one_line(std::string text);

/// The first line; with " ..." behind it where there are more.
std::string first_line(const std::string& text);

/// "1 thread", "2 threads".
std::string counted(std::int64_t count, std::string_view thing);

/// Reads "3%" or "0.03" as 0.03. Nothing for what is no such number, or not between 0 and 1 (both excluded).
std::optional<double> parse_share(const std::string& text);

/// A command line as a shell takes it.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace gravbench
