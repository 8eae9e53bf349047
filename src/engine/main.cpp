// gravbench-torch: the LibTorch engine. gravbench starts it; docs/protocol.md says how the two speak.

#include <fcntl.h>
#include <torch/version.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/server.h"
#include "protocol/channel.h"

namespace {

using gravbench::protocol::Channel;

int usage(const char* program) {
    std::fprintf(stderr,
                 "%s: the LibTorch engine of gravbench, started by it with a channel that %s names.\n"
                 "To measure a model, run gravbench.\n",
                 program, gravbench::protocol::channel_variable);
    return 2;
}

int serve(int descriptor) {
    // Not for processes that the model may start.
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    // The log is a file, whose buffer would be lost, and with it the last words of a model, in a crash.
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    Channel channel(descriptor);
    gravbench::engine::Server server;
    while (!server.is_finished()) {
        const Channel::Received received = channel.receive();
        if (received.outcome != Channel::Outcome::line || !channel.send(server.answer(received.text))) {
            break;
        }
    }
    // Without destructors: those of a model's threads and of oneDNN's caches may take seconds, or crash after all is
    // done.
    std::fflush(nullptr);
    std::_Exit(server.is_finished() ? 0 : 1);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string(argv[1]) == "--version") {
        std::printf("gravbench-torch, LibTorch %s, protocol %d\n", TORCH_VERSION, gravbench::protocol::version);
        return 0;
    }
    const char* text = std::getenv(gravbench::protocol::channel_variable);
    const int descriptor = text == nullptr ? -1 : std::atoi(text);
    if (descriptor < 0 || ::fcntl(descriptor, F_GETFD) < 0) {
        return usage(argv[0]);
    }
    return serve(descriptor);
}
