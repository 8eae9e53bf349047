#include "base/value.h"

#include <fmt/format.h>

namespace gravbench {

std::string text_of(const Value& value) {
    if (const auto* word = std::get_if<std::string>(&value)) {
        return *word;
    }
    const auto* count = std::get_if<std::int64_t>(&value);
    return count != nullptr ? std::to_string(*count) : fmt::format("{:.15g}", std::get<double>(value));
}

bool is_word(const Value& value, std::string_view word) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && *text == word;
}

}  // namespace gravbench
