#pragma once

#include "engines/common/engine.h"

namespace gravbench::engine {

/// An engine's life: answers on the channel that the environment names, then ends the process. Returns only where there
/// is no channel, with the exit status for that, after saying how the program is to be started.
int serve(const char* program, Engine& engine);

/// The main() of an engine: `--version` on its own prints what the engine is; otherwise serve().
int engine_main(int argc, char** argv, Engine& engine);

}  // namespace gravbench::engine
