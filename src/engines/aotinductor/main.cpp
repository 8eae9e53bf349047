// gravbench-aotinductor: the AOTInductor engine. gravbench starts it; docs/protocol.md says how the two speak.

#include <cstdlib>

#include "engines/aotinductor/engine.h"
#include "engines/common/serve.h"

int main(int argc, char** argv) {
    // Compiled code then checks types, lengths and their bounds, a few comparisons a call. Without, what does not fit
    // is read beyond its end.
    ::setenv("AOTI_RUNTIME_CHECK_INPUTS", "1", 0);
    gravbench::aotinductor_engine::AotInductorEngine engine;
    return gravbench::engine::engine_main(argc, argv, engine);
}
