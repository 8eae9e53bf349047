#pragma once

#include "engine/server.h"

namespace gravbench::engine {

/// An engine's life: answers on the channel that the environment names, then ends the process. Returns only where there
/// is no channel, with the exit status for that, after saying how the program is to be started.
int serve(const char* program, Server server);

}  // namespace gravbench::engine
