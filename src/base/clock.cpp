#include "base/clock.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "base/errors.h"

namespace gravbench {

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

std::chrono::nanoseconds parse_duration(const std::string& text, const std::string& what) {
    static constexpr std::array<std::pair<const char*, double>, 7> units{
        {{"", 1e9}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    for (const auto& [unit, nanoseconds] : units) {
        if (end != text.c_str() && std::string(end) == unit && number * nanoseconds >= 0.5 &&
            number * nanoseconds < 9e18) {
            return std::chrono::nanoseconds(std::llround(number * nanoseconds));
        }
    }
    throw UsageError(fmt::format("{}: \"{}\" is not a duration above zero like 500ms, 2s, 1.5m or 1h", what, text));
}

std::string describe_duration(std::chrono::nanoseconds duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    if (seconds < 9.95) {
        return fmt::format("{:.1f} s", seconds);
    }
    const auto whole = static_cast<long>(std::lround(seconds));
    if (whole < 120) {
        return fmt::format("{} s", whole);
    }
    if (whole < 7200) {
        return fmt::format("{} min {} s", whole / 60, whole % 60);
    }
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace gravbench
