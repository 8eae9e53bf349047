// gravbench-openvino: the OpenVINO engine. gravbench starts it; docs/protocol.md says how the two speak.

#include <cstdlib>

#include "engines/common/serve.h"
#include "engines/openvino/engine.h"

int main(int argc, char** argv) {
    // OpenVINO has a oneDNN of its own, in which reorders fail where it prints what it executes (docs/facts.md). It
    // reads these at its first primitive.
    ::unsetenv("ONEDNN_VERBOSE");
    ::unsetenv("DNNL_VERBOSE");
    gravbench::openvino_engine::OpenVinoEngine engine;
    return gravbench::engine::engine_main(argc, argv, engine);
}
