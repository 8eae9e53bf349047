// gravbench-torch: the LibTorch engine. gravbench starts it; docs/protocol.md says how the two speak.

#include <torch/version.h>

#include <cstdio>
#include <string>

#include "engine/serve.h"
#include "protocol/messages.h"

int main(int argc, char** argv) {
    if (argc > 1 && std::string(argv[1]) == "--version") {
        std::printf("gravbench-torch, LibTorch %s, protocol %d\n", TORCH_VERSION, gravbench::protocol::version);
        return 0;
    }
    return gravbench::engine::serve(argv[0], gravbench::engine::Server());
}
