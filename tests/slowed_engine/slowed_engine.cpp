// gravbench-torch with a slowdown of known size, to prove verdicts by (tests/benchmarks/verdicts). Never installed.
//
//   gravbench-torch-slowed --slow-down SHARE      0.05: each inference takes 5% longer than it does
//
// Each inference is followed, inside of its timed region, by waiting actively for that share of its own time. 0 waits
// for nothing, but reads the clock as often: two of share 0 are the same program. The front gives an engine a clean
// environment, so the share is an argument: of an engine definition's "command" (docs/engines.md).

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "engine/serve.h"
#include "engine/timed_block.h"

namespace {

using namespace gravbench;

engine::Server::BlockRunner slowed_by(double share) {
    return [share](torch::jit::Module& module, const std::vector<c10::IValue>& arguments,
                   const engine::BlockLength& length) {
        return engine::timed_block(module, arguments, length, [share](std::int64_t start) {
            const std::int64_t now = monotonic_ns();
            const std::int64_t until = now + static_cast<std::int64_t>(share * static_cast<double>(now - start));
            while (monotonic_ns() < until) {
            }
        });
    };
}

}  // namespace

int main(int argc, char** argv) {
    char* end = nullptr;
    const double share = argc == 3 ? std::strtod(argv[2], &end) : -1;
    if (argc != 3 || std::strcmp(argv[1], "--slow-down") != 0 || end == argv[2] || *end != '\0' || !(share >= 0)) {
        std::fprintf(stderr, "usage: gravbench-torch-slowed --slow-down SHARE\n");
        return 2;
    }
    return engine::serve(argv[0], engine::Server(slowed_by(share)));
}
