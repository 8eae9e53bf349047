// gravbench-torch: the LibTorch engine. gravbench starts it; docs/protocol.md says how the two speak.

#include "engines/common/serve.h"
#include "engines/torch/engine.h"

int main(int argc, char** argv) {
    gravbench::torch_engine::TorchEngine engine;
    return gravbench::engine::engine_main(argc, argv, engine);
}
