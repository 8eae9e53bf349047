#include <catch.h>

#include <cmath>

#include "yardstick/instruction_set.h"
#include "yardstick/memory.h"

using namespace gravbench::yardstick;

namespace {

constexpr float factor = 0.5F;
constexpr float summand = 1.5F;

/// What one chain comes to, in steps that are exact in f32 where there are few.
float chain(const Arithmetic& loop, int number, int iterations) {
    auto sum = static_cast<float>(number);
    for (int i = 0; i < iterations; ++i) {
        sum = loop.products == 0 ? std::fma(sum, factor, summand)
                                 : sum + static_cast<float>(loop.products) * factor * summand;
    }
    return sum;
}

float expected_of(const Arithmetic& loop, int iterations) {
    float sum = 0;
    for (int number = 0; number < loop.chains; ++number) {
        sum += chain(loop, number, iterations);
    }
    return sum * static_cast<float>(loop.lanes);
}

std::vector<Arithmetic> all_loops() {
    std::vector<Arithmetic> loops = f32_loops();
    for (const Arithmetic& loop : bf16_loops()) {
        loops.push_back(loop);
    }
    return loops;
}

}  // namespace

TEST_CASE("every loop of arithmetic that this CPU has does all the work that is counted") {
    for (const Arithmetic& loop : all_loops()) {
        if (!loop.is_supported) {
            continue;
        }
        INFO(loop.instruction_set);
        for (const int iterations : {0, 1, 2, 7}) {
            CHECK(loop.run(iterations, factor, summand) == expected_of(loop, iterations));
        }
        const int products = loop.products == 0 ? 1 : loop.products;
        CHECK(loop.flop == 2.0 * products * loop.chains * loop.lanes);
    }
}

TEST_CASE("the plainest loops run on every CPU of the architecture") {
    CHECK(f32_loops().back().is_supported);
    CHECK(triad_loops().back().is_supported);
    CHECK(widest(f32_loops()).has_value());
}

TEST_CASE("of the loops that a CPU has the first is taken") {
    const std::vector<TriadLoop> loops{{"wide", nullptr, false}, {"middle", nullptr, true}, {"narrow", nullptr, true}};
    CHECK(std::string(widest(loops)->instruction_set) == "middle");
    CHECK(!widest(std::vector<TriadLoop>{{"wide", nullptr, false}}));
}

TEST_CASE("every triad that this CPU has writes each element, and none beside") {
    constexpr std::int64_t length = 48;
    for (const TriadLoop& loop : triad_loops()) {
        if (!loop.is_supported) {
            continue;
        }
        INFO(loop.instruction_set);
        const Memory memory(4096);
        const auto all = memory.floats();
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = static_cast<float>(i);
        }
        loop.run(all.data(), all.data() + 64, all.data() + 128, length, 2);
        for (int i = 0; i < 64; ++i) {
            const float triad = static_cast<float>(64 + i) + 2 * static_cast<float>(128 + i);
            CHECK(all[static_cast<std::size_t>(i)] == (i < length ? triad : static_cast<float>(i)));
        }
    }
}
