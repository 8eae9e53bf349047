#pragma once

#include <string>

#include "base/json.h"

namespace gravbench::fake_engine {

/// Writes to the channel past its class, which would not send what is no message. Ends the process if the front is
/// gone.
void send_text(const std::string& text);

/// What an engine may do wrong, by the rule's "do", in place of sending the reply. `path` is the script's file: a child
/// process leaves its number beside it.
void act(const Json& rule, Json reply, const std::string& path);

}  // namespace gravbench::fake_engine
