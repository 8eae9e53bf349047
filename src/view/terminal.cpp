#include "view/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace gravbench::view {
namespace {

/// Nothing for what is no number above 0.
std::optional<int> number_from(const char* text) {
    if (text == nullptr) {
        return std::nullopt;
    }
    const std::string_view digits(text);
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool is_number = error == std::errc() && end == digits.data() + digits.size();
    return is_number && number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<int> terminal_width(int descriptor, const char* columns) {
    if (::isatty(descriptor) == 0) {
        return std::nullopt;
    }
    if (const auto given = number_from(columns)) {
        return given;
    }
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return std::nullopt;
    }
    return size.ws_col;
}

std::optional<int> terminal_width() {
    return terminal_width(STDOUT_FILENO, std::getenv("COLUMNS"));
}

}  // namespace gravbench::view
