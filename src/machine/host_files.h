#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading /proc and /sys without ever throwing: what is missing or malformed is empty.
namespace gravbench::machine {

/// The whole file; empty where it cannot be read.
std::string text_of(const std::filesystem::path& path);

/// The first line without surrounding blanks; empty where the file cannot be read.
std::string first_line_of(const std::filesystem::path& path);

std::vector<std::string> lines_of(const std::filesystem::path& path);

std::string_view without_blanks(std::string_view text);

/// A number at the start of the text, decimal or 0x; nothing where there is none or it does not fit.
std::optional<std::int64_t> leading_integer(const std::string& text);

/// "0-3,8" as numbers; empty where any part of it is no such list.
std::vector<int> parse_cpu_list(const std::string& text);

/// The inverse: {0, 1, 2, 3, 8} is "0-3,8". The numbers are in ascending order.
std::string cpu_list_text(const std::vector<int>& cpus);

/// The folder of one CPU below /sys.
std::filesystem::path cpu_folder(const std::filesystem::path& root, int cpu);

/// What /proc/cpuinfo says of one CPU, by key: "processor", "model name", "CPU part".
using CpuRecord = std::map<std::string, std::string>;
std::vector<CpuRecord> read_cpuinfo(const std::filesystem::path& root);

/// The member, or empty.
std::string value_of(const CpuRecord& record, const std::string& key);

}  // namespace gravbench::machine
