#include "machine/host_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/text.h"

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

/// Above what Linux can be built for; keeps a malformed list from filling the memory.
constexpr std::int64_t most_cpus = 65536;

std::optional<std::int64_t> cpu_number(const std::string& text) {
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    const auto number = is_number ? leading_integer(text) : std::nullopt;
    return number && *number < most_cpus ? number : std::nullopt;
}

}  // namespace

std::string text_of(const fs::path& path) {
    // Not a stream: setting one up costs more than the kernel takes for most of these files, and the counters around a
    // block read dozens.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::string text;
    std::array<char, 1 << 14> part;
    for (ssize_t count = 0; file >= 0 && (count = ::read(file, part.data(), part.size())) > 0;) {
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    if (file >= 0) {
        ::close(file);
    }
    return text;
}

std::string first_line_of(const fs::path& path) {
    const std::string text = text_of(path);
    return std::string(without_blanks(std::string_view(text).substr(0, text.find('\n'))));
}

std::vector<std::string> lines_of(const fs::path& path) {
    return split(text_of(path), '\n');
}

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    const auto last = text.find_last_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

std::optional<std::int64_t> leading_integer(const std::string& text) {
    char* end = nullptr;
    const bool is_hexadecimal = text.rfind("0x", 0) == 0;
    errno = 0;
    const std::int64_t number = std::strtoll(text.c_str(), &end, is_hexadecimal ? 16 : 10);
    return end == text.c_str() || errno == ERANGE ? std::nullopt : std::optional(number);
}

std::vector<int> parse_cpu_list(const std::string& text) {
    std::vector<int> cpus;
    for (const std::string& range : split(text, ',')) {
        const auto dash = range.find('-');
        const auto low = cpu_number(range.substr(0, dash));
        const auto high = dash == std::string::npos ? low : cpu_number(range.substr(dash + 1));
        if (!low || !high) {
            return {};
        }
        for (std::int64_t cpu = *low; cpu <= *high; ++cpu) {
            cpus.push_back(static_cast<int>(cpu));
        }
    }
    return cpus;
}

std::string cpu_list_text(const std::vector<int>& cpus) {
    std::string text;
    for (std::size_t first = 0, last = 0; first < cpus.size(); first = last + 1) {
        last = first;
        while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) {
            ++last;
        }
        text += (first == 0 ? "" : ",") + std::to_string(cpus[first]);
        text += last == first ? "" : "-" + std::to_string(cpus[last]);
    }
    return text;
}

fs::path cpu_folder(const fs::path& root, int cpu) {
    return root / fmt::format("sys/devices/system/cpu/cpu{}", cpu);
}

std::vector<CpuRecord> read_cpuinfo(const fs::path& root) {
    std::vector<CpuRecord> records;
    for (const std::string& line : lines_of(root / "proc/cpuinfo")) {
        const auto colon = line.find(':');
        const std::string key(without_blanks(std::string_view(line).substr(0, colon)));
        if (colon == std::string::npos || key.empty()) {
            continue;
        }
        if (key == "processor" || records.empty()) {
            records.emplace_back();
        }
        records.back().emplace(key, without_blanks(std::string_view(line).substr(colon + 1)));
    }
    return records;
}

std::string value_of(const CpuRecord& record, const std::string& key) {
    const auto found = record.find(key);
    return found == record.end() ? "" : found->second;
}

}  // namespace gravbench::machine
