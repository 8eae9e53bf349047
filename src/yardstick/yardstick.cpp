#include "yardstick/yardstick.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "base/clock.h"
#include "machine/placement.h"

namespace gravbench::yardstick {
namespace {

constexpr std::int64_t mib = 1 << 20;
/// A hundredth of a second is lost where a slice is interrupted: of three the middle one is taken.
constexpr int slices = 3;

// About a tenth of a millisecond each, at 3 GHz.
constexpr std::int64_t f32_iterations = 20'000;
constexpr std::int64_t bf16_iterations = 10'000;
constexpr std::int64_t additions = 256'000;
constexpr int l2_passes = 8;
constexpr int loads = 2'000;

// What loops compute stays finite.
constexpr float factor = 0.5F;
constexpr float summand = 1.0F;

/// The compiler cannot know that nobody reads it.
std::atomic<float> unused_result;

double middle_of(const std::function<double()>& measure) {
    std::array<double, slices> values{};
    for (double& value : values) {
        value = measure();
    }
    std::sort(values.begin(), values.end());
    return values[slices / 2];
}

/// Each a cycle, since the next one needs it. Not by a constant: some CPUs do such an addition while they rename.
std::int64_t add_in_a_chain(std::int64_t count) {
    std::int64_t sum = 0;
    std::int64_t one = 1;
    for (std::int64_t left = count / 16; left > 0; --left) {
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {
#if defined(__aarch64__)
            asm volatile("add %0, %0, %1" : "+r"(sum) : "r"(one));
#else
            asm volatile("add %1, %0" : "+r"(sum) : "r"(one) : "cc");
#endif
        }
    }
    return sum;
}

/// Links the lines of this memory in one circle of random order (Sattolo 1986), so that no prefetcher knows the next.
/// Gives its beginning.
void** link(std::span<void*> memory) {
    constexpr std::size_t pointers_of_line = 64 / sizeof(void*);
    std::vector<std::uint32_t> order(memory.size() / pointers_of_line);
    std::iota(order.begin(), order.end(), 0U);
    std::minstd_rand random(1);
    for (std::size_t i = order.size() - 1; i > 0; --i) {
        std::swap(order[i], order[random() % i]);
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
        memory[i * pointers_of_line] = &memory[order[i] * pointers_of_line];
    }
    return memory.data();
}

/// Floats in each of three arrays of that many bytes in all: a whole number of the widest vectors.
std::int64_t array_length(std::int64_t bytes) {
    constexpr std::int64_t lanes = 16;
    return bytes / 3 / static_cast<std::int64_t>(sizeof(float)) / lanes * lanes;
}

double gflops(Team& team, const Arithmetic& loop, std::int64_t iterations) {
    return middle_of([&] {
        const double seconds = team.run([&](int) { unused_result = loop.run(iterations, factor, summand); });
        return loop.flop * static_cast<double>(iterations) * team.size() / seconds / 1e9;
    });
}

double clock_ghz() {
    return middle_of([] {
        const std::int64_t begin = monotonic_ns();
        unused_result = static_cast<float>(add_in_a_chain(additions));
        return static_cast<double>(additions) / static_cast<double>(std::max<std::int64_t>(monotonic_ns() - begin, 1));
    });
}

}  // namespace

WorkingSets working_sets(const machine::Machine& machine, std::int64_t available_bytes, int threads) {
    const machine::Cache unknown_l2{2, "Unified", mib, 1};
    const machine::Cache unknown_llc{3, "Unified", 32 * mib, std::max(machine.usable_cpus, 1)};
    const machine::Cache* found_l2 = machine::cache_of(machine, 2);
    const machine::Cache* found_llc = machine::cache_of(machine, 3);
    const machine::Cache& l2 = found_l2 == nullptr ? unknown_l2 : *found_l2;
    const machine::Cache& llc = found_llc == nullptr ? unknown_llc : *found_llc;
    const std::int64_t l2_of_thread = l2.size_bytes / std::max(l2.shared_by, 1);
    const std::int64_t all_llcs = bytes_of_all(llc, machine.usable_cpus);
    const std::int64_t beyond = 3 * (all_llcs + bytes_of_all(l2, machine.usable_cpus));
    const std::int64_t most = std::max(available_bytes / 16, 16 * mib);
    WorkingSets sets;
    sets.l2 = std::min(l2_of_thread / 2, most / threads);
    sets.llc = std::min({all_llcs / 2, 8 * mib * threads, most});
    if (sets.llc < 2 * l2_of_thread * threads) {
        sets.llc = 0;
    }
    sets.memory = std::min(std::clamp(beyond, 96 * mib, 4096 * mib), most);
    sets.window = std::min(8 * mib * std::max(threads, 3), sets.memory / 4);
    sets.chain = std::min(std::clamp(2 * all_llcs, 32 * mib, 128 * mib), most);
    return sets;
}

TriadPlace triad_place(std::int64_t floats, int threads, int thread, std::int64_t bytes, std::int64_t offset) {
    const std::int64_t part = floats / threads / 16 * 16;
    TriadPlace place;
    place.begin = thread * part + offset;
    place.between = array_length(part * static_cast<std::int64_t>(sizeof(float)));
    place.length =
        std::clamp<std::int64_t>(array_length(bytes / threads), 0, std::max<std::int64_t>(place.between - offset, 0));
    return place;
}

Yardstick::Yardstick(machine::Machine machine, std::int64_t available_bytes, int most_threads)
    : machine_(std::move(machine)),
      available_bytes_(available_bytes),
      largest_(working_sets(machine_, available_bytes, most_threads)),
      f32_(widest(f32_loops()).value()),
      bf16_(widest(bf16_loops())),
      triad_(widest(triad_loops()).value()),
      caches_(static_cast<std::size_t>(std::max(largest_.llc, largest_.l2 * most_threads))),
      memory_(static_cast<std::size_t>(largest_.memory)),
      chain_(static_cast<std::size_t>(largest_.chain)),
      all_cpus_(machine::read_self().usable_cpus),
      next_load_(link(chain_.pointers())) {
    // Each thread touches its part first: on a machine of several nodes it is then near.
    Team& team = teams_.try_emplace(most_threads, most_threads).first->second;
    team.run([&](int thread) {
        for (const Memory* memory : {&caches_, &memory_}) {
            const std::span<float> all = memory->floats();
            const std::size_t part = all.size() / static_cast<std::size_t>(most_threads);
            std::ranges::fill(all.subspan(static_cast<std::size_t>(thread) * part, part), 1.0F);
        }
    });
}

/// Of all threads together.
double Yardstick::triad_gb_per_s(Team& team, const Memory& memory, std::int64_t bytes, std::int64_t offset,
                                 int passes) {
    const auto all = memory.floats();
    const auto floats = static_cast<std::int64_t>(all.size());
    const double seconds = team.run([&](int thread) {
        const TriadPlace place = triad_place(floats, team.size(), thread, bytes, offset);
        float* a = all.data() + place.begin;
        for (int pass = 0; pass < passes; ++pass) {
            triad_.run(a, a + place.between, a + 2 * place.between, place.length, factor);
        }
    });
    const std::int64_t length = triad_place(floats, team.size(), 0, bytes, offset).length;
    const double moved = 3.0 * sizeof(float) * static_cast<double>(length) * team.size() * passes;
    return moved / seconds / 1e9;
}

/// Takes the next window each time: what was read before is no longer in a cache.
double Yardstick::memory_gb_per_s(Team& team, const WorkingSets& sets) {
    const std::int64_t of_thread = array_length(sets.memory / team.size());
    const std::int64_t length = array_length(sets.window / team.size());
    return middle_of([&] {
        if (window_begin_ + length > of_thread) {
            window_begin_ = 0;
        }
        const double rate = triad_gb_per_s(team, memory_, sets.window, window_begin_, 1);
        window_begin_ += length;
        return rate;
    });
}

double Yardstick::load_ns() {
    return middle_of([this] {
        void** at = next_load_;
        const std::int64_t begin = monotonic_ns();
        for (int i = 0; i < loads; ++i) {
            at = static_cast<void**>(*at);
        }
        const std::int64_t end = monotonic_ns();
        asm volatile("" : : "r"(at));
        next_load_ = at;
        return static_cast<double>(end - begin) / loads;
    });
}

void Yardstick::place(Team& team, const std::vector<int>& cpus) {
    const bool is_placed = static_cast<int>(cpus.size()) == team.size();
    team.run([&](int thread) {
        const auto number = static_cast<std::size_t>(thread);
        machine::keep_to(0, is_placed ? std::vector<int>{cpus[number]} : all_cpus_);
    });
}

void Yardstick::free_threads() {
    machine::keep_to(0, all_cpus_);
}

machine::YardstickReading Yardstick::read(int threads, const std::vector<int>& cpus) {
    const std::int64_t begin = monotonic_ns();
    Team& team = teams_.try_emplace(threads, threads).first->second;
    place(team, cpus);
    const WorkingSets sets = working_sets(machine_, available_bytes_, threads);
    machine::YardstickReading reading;
    reading.threads = threads;
    reading.clock_ghz = clock_ghz();
    reading.f32_gflops = gflops(team, f32_, f32_iterations);
    if (bf16_) {
        reading.bf16_gflops = gflops(team, *bf16_, bf16_iterations);
    }
    reading.load_ns = load_ns();
    reading.memory_gb_per_s = memory_gb_per_s(team, sets);
    const auto cached = [&](std::int64_t bytes, int passes) {
        triad_gb_per_s(team, caches_, bytes, 0, 1);  // Brings it there.
        return middle_of([&] { return triad_gb_per_s(team, caches_, bytes, 0, passes); });
    };
    reading.llc_gb_per_s = sets.llc == 0 ? 0 : cached(sets.llc, 1);
    reading.l2_gb_per_s = cached(sets.l2 * threads, l2_passes);
    reading.took_ns = monotonic_ns() - begin;
    return reading;
}

machine::YardstickDescription Yardstick::description() const {
    return {f32_.instruction_set,   bf16_ ? bf16_->instruction_set : "",
            triad_.instruction_set, largest_.l2,
            largest_.llc,           largest_.memory};
}

}  // namespace gravbench::yardstick
