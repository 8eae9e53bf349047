#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

/// The loop that anybody would write against a library alone to time a model: what the harness is measured against.
namespace bare_loop {

/// Nanoseconds of each call for that long. What a call gives is freed after its time was taken.
template <typename Call>
std::vector<std::int64_t> run_for(Call& call, std::chrono::milliseconds duration) {
    using Clock = std::chrono::steady_clock;
    std::vector<std::int64_t> samples;
    samples.reserve(1 << 20);
    const auto start = Clock::now();
    while (samples.size() < 5 || Clock::now() - start < duration) {
        const auto before = Clock::now();
        const auto output = call();
        const auto after = Clock::now();
        samples.push_back(std::chrono::nanoseconds(after - before).count());
    }
    return samples;
}

/// As the environment says, for a library that does not read it.
inline int threads() {
    const char* const text = std::getenv("OMP_NUM_THREADS");
    return text == nullptr ? 1 : std::atoi(text);
}

/// Numbers between -1 and 1 for an input of so many elements.
inline std::vector<float> numbers(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = static_cast<float>(static_cast<int>(i * 7919 % 2001) - 1000) / 1000;
    }
    return values;
}

/// PROGRAM MODEL DIMENSION...: prints the median latency in nanoseconds, of one second after a warm-up of 200
/// milliseconds. `prepare(model, shape)` gives the call.
template <typename Prepare>
int main_of(int argc, char** argv, Prepare prepare) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s MODEL DIMENSION...\n", argv[0]);
        return 2;
    }
    std::vector<std::int64_t> shape;
    std::transform(argv + 2, argv + argc, std::back_inserter(shape), [](const char* text) { return std::atoll(text); });
    try {
        auto call = prepare(std::string(argv[1]), shape);
        run_for(call, std::chrono::milliseconds(200));
        std::vector<std::int64_t> samples = run_for(call, std::chrono::milliseconds(1000));
        const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
        std::nth_element(samples.begin(), middle, samples.end());
        std::printf("%lld\n", static_cast<long long>(*middle));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        return 1;
    }
}

}  // namespace bare_loop
