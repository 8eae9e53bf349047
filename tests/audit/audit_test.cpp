#include "audit/audit.h"

#include "audit/log_builder.h"
#include "audit/summary.h"
#include "base/errors.h"
#include "catch.h"

using namespace gravbench;
using namespace gravbench::audit;

namespace {

constexpr std::int64_t millisecond = 1000000;

std::string line(const std::string& primitive, double time_ms, const std::string& operation = "exec",
                 const std::string& implementation = "jit:avx512_core") {
    Line made;
    made.primitive = primitive;
    made.time_ms = time_ms;
    made.operation = operation;
    made.implementation = implementation;
    return made.text();
}

/// Two inferences of one convolution and one reorder.
Audit two_inferences() {
    const std::string warm_up = header + line("convolution", 5, "create:cache_miss") +
                                line("reorder", 1, "create:cache_miss") + line("convolution", 90) + line("reorder", 50);
    const std::string steady = line("convolution", 0.1, "create:cache_hit") + line("convolution", 10) +
                               line("reorder", 3) + line("convolution", 0.3, "create:cache_hit") +
                               line("convolution", 14) + line("reorder", 1);
    return make_audit({warm_up, steady}, {20 * millisecond, 22 * millisecond});
}

std::string stamped(double start_ms, const std::string& text) {
    std::string result = text;
    return result.insert(result.find("v1,") + 3, fmt::format("{:.6f},", start_ms));
}

}  // namespace

TEST_CASE("kernels are counted over the steady inferences and sorted by their time") {
    const Audit audit = two_inferences();
    CHECK(audit.onednn == "3.12.0");
    CHECK(audit.inferences == 2);
    CHECK(audit.inference_ms == Approx(21));
    REQUIRE(audit.kernels.size() == 2);
    CHECK(audit.kernels[0].kernel.primitive == "convolution");
    CHECK(audit.kernels[0].calls == 2);
    CHECK(audit.kernels[0].time_ms == Approx(24));
    CHECK(audit.kernels[1].time_ms == Approx(4));
}

TEST_CASE("creations are counted over the whole launch, and after warm-up apart") {
    const Summary summary = summarise(two_inferences());
    CHECK(summary.created == 2);
    CHECK(summary.found == 2);
    CHECK(summary.create_ms == Approx(6.4));
    CHECK(summary.steady_created == 0);
    CHECK(summary.steady_found == 1);
    CHECK(summary.steady_create_ms == Approx(0.2));
}

TEST_CASE("the order of one inference's kernels is kept, with mean times") {
    const Audit audit = two_inferences();
    CHECK(audit.sequence == std::vector<std::size_t>{0, 1});
    REQUIRE(audit.sequence_ms.size() == 2);
    CHECK(audit.sequence_ms[0] == Approx(12));
    CHECK(audit.sequence_ms[1] == Approx(2));
}

TEST_CASE("inferences that differ have no common order") {
    const Audit audit =
        make_audit({"", line("convolution", 1) + line("reorder", 1) + line("reorder", 1) + line("reorder", 1)},
                   {millisecond, millisecond});
    CHECK(audit.sequence.empty());
    CHECK(audit.kernels.size() == 2);
}

TEST_CASE("inferences whose kernels only change places have no common order, but their time by the log") {
    const Audit audit = make_audit({"", stamped(10, line("convolution", 1)) + stamped(11, line("matmul", 1)) +
                                            stamped(12, line("reorder", 1)) + stamped(15, line("convolution", 1)) +
                                            stamped(16, line("reorder", 1)) + stamped(17, line("matmul", 1))},
                                   {5 * millisecond, 5 * millisecond});
    CHECK(audit.sequence.empty());
    REQUIRE(audit.clocks);
    CHECK(audit.clocks->log_ms == Approx(5));
}

TEST_CASE("with timestamps the log tells the time of an inference by itself") {
    std::string steady;
    for (int i = 0; i < 3; ++i) {
        steady += stamped(1000 + 21.0 * i, line("convolution", 10)) + stamped(1010 + 21.0 * i, line("reorder", 1));
    }
    const Audit audit = make_audit({"", steady}, {20 * millisecond, 20 * millisecond, 99 * millisecond});
    REQUIRE(audit.clocks);
    CHECK(audit.clocks->log_ms == Approx(21));
    CHECK(audit.clocks->engine_ms == Approx(20));
    CHECK(!two_inferences().clocks);
}

TEST_CASE("a graph partition's time is without the kernels inside of it") {
    const std::string partition =
        "onednn_verbose,v1,graph,exec,cpu,1,convolution_post_ops,conv,,in0_f32:0:strided:variable:1:1,fpm:strict,conv_"
        "fwd_t,dnnl_backend,12\n";
    SECTION("by timestamps") {
        const Audit audit = make_audit(
            {"", stamped(1000, line("convolution", 7)) + stamped(1010, line("matmul", 8)) + stamped(1009, partition)},
            {millisecond});
        REQUIRE(audit.kernels.size() == 3);
        CHECK(audit.kernels[2].kernel.primitive == "partition");
        CHECK(audit.kernels[2].time_ms == Approx(4));
    }
    SECTION("where its kernels ran at the same time, each has its part") {
        const Audit audit = make_audit(
            {"", stamped(1010, line("matmul", 9)) + stamped(1011, line("reorder", 3)) + stamped(1009, partition)},
            {millisecond});
        CHECK(audit.kernels[0].time_ms == Approx(9));
        CHECK(audit.kernels[2].time_ms == Approx(0).margin(1e-9));
        const Audit longer = make_audit(
            {"", stamped(1010, line("matmul", 18)) + stamped(1011, line("reorder", 6)) + stamped(1009, partition)},
            {millisecond});
        CHECK(longer.kernels[0].time_ms == Approx(9));
        CHECK(longer.kernels[1].time_ms == Approx(3));
        CHECK(longer.kernels[2].time_ms == Approx(0).margin(1e-9));
    }
    SECTION("by what fits into it") {
        const Audit audit = make_audit(
            {"", line("convolution", 7) + line("matmul", 8) + line("reorder", 3) + partition}, {millisecond});
        REQUIRE(audit.kernels.size() == 4);
        CHECK(audit.kernels[3].time_ms == Approx(1));
    }
}

TEST_CASE("an audit survives JSON") {
    const Audit audit = two_inferences();
    const Json json = to_json(audit);
    CHECK(to_json(audit_from(json)) == json);
    CHECK(to_json(audit_from(describe(audit, 20, true))) == json);
    Json damaged = json;
    damaged["sequence"]["kernels"][0] = 7;
    CHECK_THROWS_AS(audit_from(damaged), DataError);
    CHECK_THROWS_WITH(audit_from(damaged, "cell.audit"),
                      Contains("cell.audit.sequence.kernels[0]: expected ") && Contains(", found 7"));
}

TEST_CASE("time outside of oneDNN is taken against the latency without a profile") {
    const Json described = describe(two_inferences(), 28, true);
    CHECK(described["onednn_ms"] == 14.0);
    CHECK(described["time_share"]["jit:avx512_core"] == Approx(12.0 / 28));
    CHECK(described["time_share"]["reorder"] == Approx(2.0 / 28));
    CHECK(described["time_share"]["outside_onednn"] == Approx(0.5));
    // A profile that costs more than all the rest leaves nothing outside, not less.
    CHECK(describe(two_inferences(), 7, true)["time_share"]["outside_onednn"] == 0.0);
}

TEST_CASE("without any line there is an audit that says nothing") {
    const Audit audit = make_audit({"", "hello\n"}, {millisecond});
    CHECK(audit.onednn.empty());
    CHECK(!summarise(audit).bf16_share);
    CHECK(describe(audit, 1, false)["bf16"]["engaged"].is_null());
}
