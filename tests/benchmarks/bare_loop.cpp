// The loop that anybody would write against LibTorch alone to time a model: what the harness is measured against.
//
//   bare_loop MODEL.pt DIMENSION...       e.g. bare_loop resnet50.pt 1 3 224 224
//
// Prints the median latency in nanoseconds, of one second after a warm-up of 200 milliseconds.

#include <torch/script.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::int64_t> run_for(torch::jit::Module& model, const std::vector<c10::IValue>& inputs,
                                  std::chrono::milliseconds duration) {
    std::vector<std::int64_t> samples;
    samples.reserve(1 << 20);
    const auto start = Clock::now();
    while (samples.size() < 5 || Clock::now() - start < duration) {
        const auto before = Clock::now();
        const c10::IValue output = model.forward(inputs);
        const auto after = Clock::now();
        samples.push_back(std::chrono::nanoseconds(after - before).count());
    }
    return samples;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bare_loop MODEL.pt DIMENSION...\n");
        return 2;
    }
    std::vector<std::int64_t> shape;
    for (int i = 2; i < argc; ++i) {
        shape.push_back(std::atoll(argv[i]));
    }
    torch::jit::Module model = torch::jit::load(argv[1]);
    model.eval();
    const c10::InferenceMode guard;
    const std::vector<c10::IValue> inputs{torch::rand(shape) * 2 - 1};
    run_for(model, inputs, std::chrono::milliseconds(200));
    std::vector<std::int64_t> samples = run_for(model, inputs, std::chrono::milliseconds(1000));
    std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2), samples.end());
    std::printf("%lld\n", static_cast<long long>(samples[samples.size() / 2]));
}
