#include "view/number.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gravbench::view {

std::string four_digits(double number) {
    if (number == 0 || !std::isfinite(number)) {
        return number == 0 ? "0.0" : "-";
    }
    // The exponent is taken after rounding: 9.99996 is 10.00.
    const std::string rounded = fmt::format("{:.3e}", number);
    const int exponent = std::stoi(rounded.substr(rounded.find('e') + 1));
    return fmt::format("{:.{}f}", number, std::clamp(3 - exponent, 0, 9));
}

std::string all_digits(double number) {
    if (!std::isfinite(number)) {
        return "";
    }
    const std::string text = fmt::format("{}", number);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string signed_percent(double ratio) {
    return fmt::format("{:+.1f}%", 100 * (ratio - 1));
}

}  // namespace gravbench::view
