#include "yardstick/yardstick.h"

#include <catch.h>

#include "base/errors.h"
#include "yardstick/serve.h"

using namespace gravbench;
using namespace gravbench::yardstick;

namespace {

constexpr std::int64_t mib = 1 << 20;

constexpr std::int64_t gib = std::int64_t{1} << 30;

machine::Machine machine_with(std::vector<machine::Cache> caches, int usable_cpus) {
    machine::Machine machine;
    machine.caches = std::move(caches);
    machine.usable_cpus = usable_cpus;
    return machine;
}

machine::PracticalPeaks some_practical_peaks(int threads) {
    return {threads, "oneDNN 2.6.3", {{"f32", 216.5, "brgemm:avx512_core", 1024}, {"bf16", 0.25, "ref:any", 128}}};
}

}  // namespace

TEST_CASE("working sets fit the caches that they are named after, and pass the last one") {
    const auto machine =
        machine_with({{1, "Data", 32 << 10, 1}, {2, "Unified", mib, 1}, {3, "Unified", 32 * mib, 2}}, 2);
    const WorkingSets sets = working_sets(machine, 64 * gib, 2);
    CHECK(sets.l2 == mib / 2);
    CHECK(sets.llc == 16 * mib);
    CHECK(sets.memory == 3 * (32 + 2) * mib);
    CHECK(sets.window == 24 * mib);
    CHECK(sets.chain == 64 * mib);
    CHECK(working_sets(machine, 64 * gib, 1).llc == 8 * mib);
}

TEST_CASE("of several last-level caches all are passed") {
    const auto machine = machine_with({{2, "Unified", mib, 1}, {3, "Unified", 32 * mib, 8}}, 96);
    const WorkingSets sets = working_sets(machine, 1024 * gib, 96);
    CHECK(sets.memory == 3 * (12 * 32 + 96) * mib);
    CHECK(sets.llc == 12 * 32 * mib / 2);
    CHECK(sets.window == sets.memory / 4);
}

TEST_CASE("second-level caches that hold as much as the last one leave nothing to measure there") {
    // A Graviton3 with all its cores.
    const auto machine = machine_with({{2, "Unified", mib, 1}, {3, "Unified", 32 * mib, 64}}, 64);
    CHECK(working_sets(machine, 128 * gib, 64).llc == 0);
    CHECK(working_sets(machine, 128 * gib, 4).llc == 16 * mib);
}

TEST_CASE("a machine that hides its caches or has little memory gets a yardstick too") {
    const WorkingSets hidden = working_sets(machine_with({}, 4), 0, 4);
    CHECK(hidden.l2 == mib / 2);
    CHECK(hidden.llc == 16 * mib);
    CHECK(hidden.memory == 16 * mib);
    const WorkingSets small = working_sets(machine_with({{3, "Unified", 512 * mib, 64}}, 64), gib, 64);
    CHECK(small.memory == 64 * mib);
    CHECK(small.chain == 64 * mib);
    CHECK(small.l2 * 64 <= 64 * mib);
}

TEST_CASE("a thread's triad stays within its part of the memory, whole vectors from aligned places") {
    for (const std::int64_t floats : {48, 1000, 4096, 123457, 1 << 20}) {
        for (const int threads : {1, 2, 3, 7, 64}) {
            for (const std::int64_t bytes : {std::int64_t{0}, std::int64_t{4096}, floats * 2, floats * 4, floats * 8}) {
                for (const std::int64_t offset : {0, 16, 320}) {
                    std::int64_t free_from = 0;
                    for (int thread = 0; thread < threads; ++thread) {
                        const TriadPlace place = triad_place(floats, threads, thread, bytes, offset);
                        CHECK(place.begin % 16 == 0);
                        CHECK(place.between % 16 == 0);
                        CHECK(place.length % 16 == 0);
                        CHECK(place.length >= 0);
                        if (place.length > 0) {
                            CHECK(place.begin >= free_from);
                            CHECK(place.length <= place.between);
                            free_from = place.begin + 2 * place.between + place.length;
                            CHECK(free_from <= floats);
                        }
                    }
                }
            }
        }
    }
}

TEST_CASE("a reading has every figure, for as many threads as were asked for") {
    Yardstick yardstick(machine_with({{2, "Unified", mib / 4, 1}, {3, "Unified", 4 * mib, 4}}, 4), gib / 4, 3);
    // More readings than there are windows: the first one comes again.
    for (const int threads : {3, 1, 2, 3, 3, 3}) {
        const machine::YardstickReading reading = yardstick.read(threads);
        CHECK(reading.threads == threads);
        for (const double figure : {reading.f32_gflops, reading.clock_ghz, reading.l2_gb_per_s, reading.llc_gb_per_s,
                                    reading.memory_gb_per_s, reading.load_ns}) {
            CHECK(figure > 0);
        }
        CHECK((reading.bf16_gflops > 0) == widest(bf16_loops()).has_value());
        CHECK(reading.took_ns > 0);
    }
    CHECK(yardstick.description().f32_loop == widest(f32_loops())->instruction_set);
}

TEST_CASE("each request gets one reply, and a wrong one says what is wrong") {
    Yardstick yardstick(machine_with({{3, "Unified", mib, 1}}, 2), gib / 4, 2);
    const auto reply = [&](const char* line) { return answer(line, yardstick, 2, some_practical_peaks); };
    CHECK(machine::yardstick_description_from(reply(R"({"request":"describe"})"), "x") == yardstick.description());
    CHECK(machine::yardstick_reading_from(reply(R"({"request":"read","threads":1})"), "x").threads == 1);
    CHECK(machine::practical_peaks_from(reply(R"({"request":"practical","threads":2})"), "x") ==
          some_practical_peaks(2));
    for (const char* line :
         {"", "[]", "{}", "rubbish", R"({"request":7})", R"({"request":"fly"})", R"({"request":"read"})",
          R"({"request":"read","threads":0})", R"({"request":"read","threads":3})",
          R"({"request":"read","threads":1.5})", R"({"request":"read","threads":1,"cpus":0})",
          R"({"request":"read","threads":1,"cpus":[-1]})", R"({"request":"practical"})",
          R"({"request":"practical","threads":3})"}) {
        INFO(line);
        CHECK(reply(line).contains("error"));
    }
}

TEST_CASE("a reading is taken on the CPUs of its launch, and the next one where the kernel likes") {
    Yardstick yardstick(machine_with({{3, "Unified", mib, 1}}, 2), gib / 4, 2);
    const auto here = [] { return machine::read_self().usable_cpus; };
    const std::vector<int> before = here();
    const auto reply = [&](const Json& request) { return answer(request.dump(), yardstick, 2, some_practical_peaks); };
    reply({{"request", "read"}, {"threads", 1}, {"cpus", {before.back()}}});
    CHECK(here() == std::vector<int>{before.back()});
    SECTION("a reading") {
        reply({{"request", "read"}, {"threads", 1}});
    }
    SECTION("one of more threads than CPUs are named") {
        CHECK(reply({{"request", "read"}, {"threads", 2}, {"cpus", {0}}}).contains("took_ns"));
    }
    SECTION("what a library reaches") {
        reply({{"request", "practical"}, {"threads", 1}});
    }
    CHECK(here() == before);
}

TEST_CASE("what a library cannot tell is told as an error") {
    Yardstick yardstick(machine_with({{3, "Unified", mib, 1}}, 1), gib / 4, 1);
    const auto none = [](int) -> machine::PracticalPeaks { throw DataError("built without it"); };
    CHECK(answer(R"({"request":"practical","threads":1})", yardstick, 1, none) == Json{{"error", "built without it"}});
}

TEST_CASE("a reading survives a document") {
    machine::YardstickReading reading{2, 236.5, 0, 3.69, 108, 42.5, 24.1, 190.5, 7'600'000};
    CHECK(machine::yardstick_reading_from(machine::to_json(reading), "yardstick") == reading);
    reading.bf16_gflops = 470;
    CHECK(machine::yardstick_reading_from(machine::to_json(reading), "yardstick") == reading);
    const machine::YardstickDescription description{"avx512f", "", "avx512f", mib, 8 * mib, 128 * mib};
    CHECK(machine::yardstick_description_from(machine::to_json(description), "yardstick") == description);
}

TEST_CASE("a damaged reading is refused with its member") {
    Json json = machine::to_json(machine::YardstickReading{2, 236.5, 1.0, 3.69, 108, 42.5, 24.1, 190.5, 7'600'000});
    const auto message_with = [&](const char* key, Json value) {
        Json damaged = json;
        damaged[key] = std::move(value);
        try {
            machine::yardstick_reading_from(damaged, "launches[0].yardstick");
        } catch (const DataError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK(message_with("threads", 0).starts_with("launches[0].yardstick.threads: expected"));
    CHECK(message_with("clock_ghz", "fast").starts_with("launches[0].yardstick.clock_ghz: expected"));
    CHECK(message_with("memory_gb_per_s", -1).starts_with("launches[0].yardstick.memory_gb_per_s: expected"));
    CHECK_THROWS_AS(machine::yardstick_reading_from(Json::array(), "x"), DataError);
}

TEST_CASE("a practical peak survives a document") {
    CHECK(machine::practical_peaks_from(machine::to_json(some_practical_peaks(2)), "practical") ==
          some_practical_peaks(2));
    CHECK(machine::practical_peaks_from(machine::to_json(machine::PracticalPeaks{1, "x", {}}), "practical")
              .peaks.empty());
}

TEST_CASE("a damaged practical peak is refused with its member") {
    const auto message_with = [](const char* pointer, const Json& value) {
        Json damaged = machine::to_json(some_practical_peaks(2));
        damaged[Json::json_pointer(pointer)] = value;
        try {
            machine::practical_peaks_from(damaged, "practical[0]");
        } catch (const DataError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK_THAT(message_with("/threads", 0), StartsWith("practical[0].threads: expected"));
    CHECK_THAT(message_with("/library", 3), StartsWith("practical[0].library: expected"));
    CHECK_THAT(message_with("/library", "a\nb"), StartsWith("practical[0].library: expected"));
    CHECK_THAT(message_with("/peaks", 3), StartsWith("practical[0].peaks: expected"));
    CHECK_THAT(message_with("/peaks/1", 3), StartsWith("practical[0].peaks[1]: expected"));
    CHECK_THAT(message_with("/peaks/1/gflops", -1), StartsWith("practical[0].peaks[1].gflops: expected"));
    CHECK_THAT(message_with("/peaks/1/gflops", 1e300), StartsWith("practical[0].peaks[1].gflops: expected"));
    CHECK_THAT(message_with("/peaks/0/kernel", ""), StartsWith("practical[0].peaks[0].kernel: expected"));
    CHECK_THAT(message_with("/peaks/0/kernel", std::string(101, 'x')),
               StartsWith("practical[0].peaks[0].kernel: expected"));
    CHECK_THAT(message_with("/peaks/0/type", "\x1b[2J"), StartsWith("practical[0].peaks[0].type: expected"));
    CHECK_THAT(message_with("/peaks/0/size", 0), StartsWith("practical[0].peaks[0].size: expected"));
}
