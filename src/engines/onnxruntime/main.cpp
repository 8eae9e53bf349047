// gravbench-onnxruntime: the ONNX Runtime engine. gravbench starts it; docs/protocol.md says how the two speak.

#include "engines/common/serve.h"
#include "engines/onnxruntime/engine.h"

int main(int argc, char** argv) {
    gravbench::onnxruntime_engine::OnnxRuntimeEngine engine;
    return gravbench::engine::engine_main(argc, argv, engine);
}
