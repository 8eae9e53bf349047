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
#include <memory>

#include "engines/common/serve.h"
#include "engines/torch/engine.h"
#include "engines/torch/model.h"

namespace {

using namespace gravbench;

class SlowedModel : public torch_engine::TorchModel {
  public:
    SlowedModel(torch_engine::LoadedModule loaded, double share) : TorchModel(std::move(loaded)), share_(share) {}

    protocol::BlockSamples run(const engine::BlockLength& length) override {
        return run_with(length, [this](std::int64_t start) {
            const std::int64_t now = monotonic_ns();
            const std::int64_t until = now + static_cast<std::int64_t>(share_ * static_cast<double>(now - start));
            while (monotonic_ns() < until) {
            }
        });
    }

  private:
    double share_;
};

class SlowedEngine : public torch_engine::TorchEngine {
  public:
    explicit SlowedEngine(double share) : share_(share) {}

    std::unique_ptr<engine::Model> load(const engine::LoadRequest& request, protocol::Loaded& reply) override {
        return std::make_unique<SlowedModel>(torch_engine::load_module(request, reply), share_);
    }

  private:
    double share_;
};

}  // namespace

int main(int argc, char** argv) {
    char* end = nullptr;
    const double share = argc == 3 ? std::strtod(argv[2], &end) : -1;
    if (argc != 3 || std::strcmp(argv[1], "--slow-down") != 0 || end == argv[2] || *end != '\0' || !(share >= 0)) {
        std::fprintf(stderr, "usage: gravbench-torch-slowed --slow-down SHARE\n");
        return 2;
    }
    SlowedEngine slowed(share);
    return engine::serve(argv[0], slowed);
}
