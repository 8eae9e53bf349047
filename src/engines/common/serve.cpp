#include "engines/common/serve.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "engines/common/server.h"
#include "protocol/channel.h"

namespace gravbench::engine {
namespace {

using protocol::Channel;

int usage(const char* program) {
    std::fprintf(stderr,
                 "%s: an engine of gravbench, started by it with a channel that %s names.\n"
                 "To measure a model, run gravbench.\n",
                 program, protocol::channel_variable);
    return 2;
}

}  // namespace

int serve(const char* program, Engine& engine) {
    const char* text = std::getenv(protocol::channel_variable);
    const int descriptor = text == nullptr ? -1 : std::atoi(text);
    if (descriptor < 0 || ::fcntl(descriptor, F_GETFD) < 0) {
        return usage(program);
    }
    // The log is a file, whose buffer would be lost, and with it the last words of a model, in a crash.
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    Channel channel(descriptor);
    Server server(engine);
    while (!server.is_finished()) {
        const Channel::Received received = channel.receive();
        if (received.outcome != Channel::Outcome::line ||
            channel.send(server.answer(received.text)) != Channel::Outcome::line) {
            break;
        }
    }
    // Without destructors: those of a model's threads and of oneDNN's caches may take seconds, or crash after all is
    // done.
    std::fflush(nullptr);
    std::_Exit(server.is_finished() ? 0 : 1);
}

int engine_main(int argc, char** argv, Engine& engine) {
    if (argc > 1 && std::string(argv[1]) == "--version") {
        const protocol::EngineDescription description = engine.describe().engine;
        std::printf("%s: %s %s, protocol %d\n", argv[0], description.name.c_str(), description.version.c_str(),
                    protocol::version);
        return 0;
    }
    return serve(argv[0], engine);
}

}  // namespace gravbench::engine
