#include "compare/machine_speed.h"

#include "catch.h"
#include "compare/comparison.h"
#include "compare/comparison_json.h"
#include "document_builder.h"

using namespace gravbench;
using namespace gravbench::compare;
using gravbench::test::cell_of;
using gravbench::test::document_of;

namespace {

/// A document whose launches' blocks have readings with these rates of memory, one for each launch.
document::Document with_memory(const std::vector<double>& gb_per_s, const std::string& run_id, double bf16 = 400) {
    document::Document document = document_of({cell_of(std::vector<double>(gb_per_s.size(), 10))});
    document.run.id = run_id;
    for (std::size_t i = 0; i < gb_per_s.size(); ++i) {
        for (records::Block& block : document.cells[0].launches[i].measured.blocks) {
            block.yardstick = machine::YardstickReading{2, 200, bf16, 3.5, 100, 50, gb_per_s[i], 100, 7'000'000};
        }
    }
    return document;
}

Comparison compared(const document::Document& base, const document::Document& other) {
    return compare::compare(base, other, match(base, {}, other, {}), {});
}

const SpeedRatio* speed_of(const Comparison& comparison, const std::string& rate) {
    for (const SpeedRatio& speed : comparison.machine_speeds) {
        if (speed.rate == rate) {
            return &speed;
        }
    }
    return nullptr;
}

bool warns(const Comparison& comparison) {
    return std::any_of(comparison.warnings.begin(), comparison.warnings.end(),
                       [](const Warning& warning) { return warning.code == "machine_speed"; });
}

}  // namespace

TEST_CASE("a machine whose memory became slower between two runs is told, with an interval") {
    const Comparison comparison =
        compared(with_memory({20, 20.2, 19.8}, "first"), with_memory({16, 16.1, 15.9}, "second"));
    const SpeedRatio* memory = speed_of(comparison, "memory_gb_per_s");
    REQUIRE(memory != nullptr);
    CHECK(memory->threads == 2);
    CHECK(memory->ratio.value == Approx(0.8).epsilon(0.001));
    CHECK(memory->ratio.ci95.high < 0.85);
    CHECK(speed_of(comparison, "f32_gflops")->ratio.value == Approx(1));
    CHECK(warns(comparison));
}

TEST_CASE("a machine that stayed as it was gives no warning") {
    const auto base = with_memory({20, 20.2, 19.8}, "first");
    CHECK(!warns(compared(base, with_memory({20.1, 19.9, 20}, "second"))));
    // Wildly different, and so are the launches among each other: nothing is shown.
    CHECK(!warns(compared(base, with_memory({30, 10, 12}, "second"))));
    // Shown, and too little to matter.
    CHECK(!warns(compared(with_memory({20, 20.001, 19.999}, "first"), with_memory({20.2, 20.201, 20.199}, "second"))));
}

TEST_CASE("speeds need readings of both runs, and two rounds of each") {
    const auto base = with_memory({20, 20.2, 19.8}, "first");
    CHECK(compared(base, base).machine_speeds.empty());  // one run
    CHECK(compared(base, with_memory({20}, "second")).machine_speeds.empty());
    document::Document without = with_memory({20, 20, 20}, "second");
    for (document::Launch& launch : without.cells[0].launches) {
        for (records::Block& block : launch.measured.blocks) {
            block.yardstick.reset();
        }
    }
    CHECK(compared(base, without).machine_speeds.empty());
    const Comparison old_cpu = compared(base, with_memory({20, 20, 20}, "second", 0));
    CHECK(speed_of(old_cpu, "bf16_gflops") == nullptr);
    CHECK(speed_of(old_cpu, "memory_gb_per_s") != nullptr);
}

TEST_CASE("speeds stand in a comparison's document") {
    const Comparison comparison = compared(with_memory({20, 20.2, 19.8}, "first"), with_memory({16, 16, 16}, "second"));
    const Json json = to_json(comparison);
    REQUIRE(json["yardstick"].size() == machine::yardstick_rates().size());
    CHECK(json["yardstick"][5]["rate"] == "memory_gb_per_s");
    CHECK(json["yardstick"][5]["ratio"].get<double>() == Approx(0.8).epsilon(0.001));
}
