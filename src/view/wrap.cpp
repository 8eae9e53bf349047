#include "view/wrap.h"

#include <algorithm>

namespace gravbench::view {
namespace {

/// One line of the text, without its end.
std::string wrapped_line(const std::string& text, std::size_t width, std::size_t indent) {
    std::string result;
    std::string line;
    bool has_word = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t word = std::min(text.find_first_not_of(' ', at), text.size());
        const std::size_t end = std::min(text.find(' ', word), text.size());
        const std::string blanks = text.substr(at, word - at);
        const std::string next = text.substr(word, end - word);
        if (has_word && display_width(line) + blanks.size() + display_width(next) > width) {
            result += line + "\n";
            line = std::string(indent, ' ') + next;
        } else {
            line += blanks + next;
        }
        has_word = true;
        at = end;
    }
    return result + line;
}

}  // namespace

std::size_t display_width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        constexpr unsigned continuation = 0x80;
        return (static_cast<unsigned char>(c) & 0xc0U) != continuation;
    }));
}

std::string wrapped(const std::string& text, std::optional<int> width, std::size_t indent) {
    if (!width) {
        return text;
    }
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        result += wrapped_line(text.substr(at, end - at), static_cast<std::size_t>(*width), indent);
        result += end < text.size() ? "\n" : "";
        at = end + 1;
    }
    return result;
}

}  // namespace gravbench::view
