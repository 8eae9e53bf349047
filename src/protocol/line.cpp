#include "protocol/line.h"

#include <algorithm>

namespace gravbench::protocol {
namespace {

/// Copying and writing a value recurse into it: a message of brackets alone would end this process. And an object's
/// members are looked through for each further one: a message of members alone would take it hours.
bool is_beyond_limits(const std::string& line) {
    constexpr int most_depth = 100;
    constexpr int most_members_together = 30000;  // The header of a file of seven thousand tensors has as many.
    int depth = 0;
    int members = 0;
    bool is_in_text = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (is_in_text) {
            i += c == '\\' ? 1 : 0;
            is_in_text = c != '"';
        } else if (c == '"') {
            is_in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > most_depth) {
                return true;
            }
        } else if (c == ']' || c == '}') {
            --depth;
        } else if (c == ':' && ++members > most_members_together) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<Json> parse_message(const std::string& line) {
    if (is_beyond_limits(line)) {
        return std::nullopt;
    }
    Json message = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    return message.is_object() ? std::optional(std::move(message)) : std::nullopt;
}

std::string printable(const std::string& text, std::size_t most) {
    const std::string start = text.substr(0, most);
    // Written and read again, what is no UTF-8 becomes U+FFFD: a letter that was cut in two as well.
    auto valid = Json::parse(Json(start).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
    std::replace_if(
        valid.begin(), valid.end(), [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7F; }, ' ');
    return valid;
}

}  // namespace gravbench::protocol
