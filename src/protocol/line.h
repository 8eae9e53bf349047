#pragma once

#include <optional>
#include <string>

#include "base/json.h"

/// What comes over the channel, before anybody knows what it says.
namespace gravbench::protocol {

/// One line of the channel as a JSON object; nothing where it is none, or beyond what any message has:
/// nested deeper than 100 levels, or of more than 30000 members.
std::optional<Json> parse_message(const std::string& line);

/// A text that came from the other side, for a message to people: at most that many bytes of it, in valid UTF-8,
/// without control characters but for line ends.
std::string printable(const std::string& text, std::size_t most);

}  // namespace gravbench::protocol
