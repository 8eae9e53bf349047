#include "view/audit_view.h"

#include "catch.h"
#include "document_builder.h"
#include "text_lines.h"
#include "view/audit_rows.h"

namespace gravbench::view {
namespace {

using document::Document;

constexpr int widths[] = {80, 100, 160};

audit::KernelUse some_kernel(const std::string& type, double time_ms) {
    audit::KernelUse use;
    use.kernel = {"convolution",
                  "brgconv:sve_256",
                  type,
                  type,
                  type,
                  "acdb AcdB8a4b acdb",
                  "mb1_ic64oc64_ih56oh56kh3sh1dh0ph1_iw56ow56kw3sw1dw0pw1",
                  "convolution_direct",
                  "attr-fpmath:bf16 attr-post-ops:eltwise_relu"};
    use.calls = 20;
    use.time_ms = time_ms;
    use.created = 1;
    return use;
}

document::Audit some_audit(const std::string& type = "bf16") {
    document::Audit audit;
    audit.kernels.onednn = "v3.12.0";
    audit.kernels.isa = "AArch64 SVE (256 bits)";
    audit.kernels.threads = 4;
    audit.kernels.inferences = 10;
    audit.kernels.inference_ms = 13.5;
    audit.kernels.kernels = {some_kernel(type, 60), some_kernel("f32", 20)};
    audit.unprofiled_ms = 12.0;
    audit.outside_onednn = 1 - 8 / 12.0;
    return audit;
}

Document audited(std::size_t cells) {
    std::vector<document::Cell> result;
    for (std::size_t i = 0; i < cells; ++i) {
        result.push_back(some_cell({{{"batch", std::int64_t{1} << i}}, {{"fpmath", "bf16"}, {"jit", "freeze"}}}));
        result.back().audit = some_audit();
        result.back().effects = {{"fpmath", "bf16", findings::Effect::Verdict::no_effect,
                                  "none of 53 compute kernels of the network multiplied in bf16, by the types in the "
                                  "log of the audit"}};
    }
    return document_of(result);
}

TEST_CASE("an overview has shares, counts and times of each cell's inference") {
    Document document = audited(1);
    document.cells.push_back(some_cell());
    const Rows rows = audit_overview(document);
    REQUIRE(rows.size() == 3);
    const std::vector<std::string> start(rows[1].begin() + 1, rows[1].begin() + 9);
    CHECK(start == std::vector<std::string>{"12.920", "-", "-", "-", "13.500", "8.000", "33.3", "75.0"});
    CHECK(rows[2].back() == "-");
    CHECK(rows[2].size() == rows[0].size());
}

TEST_CASE("families end with what an inference does outside of oneDNN, where that is known") {
    document::Audit audit = some_audit();
    CHECK(audit_rows(audit, std::nullopt, "family").back() ==
          std::vector<std::string>{"4.000", "33.3", "-", "outside oneDNN"});
    audit.outside_onednn.reset();
    audit.outside_reason = "partitions hide their kernels";
    CHECK(audit_rows(audit, std::nullopt, "family").back()[3] != "outside oneDNN");
    Document document = audited(1);
    document.cells[0].audit = audit;
    CHECK_THAT(render_audit(document, "family", {}), Contains("outside % -: partitions hide their kernels\n"));
}

TEST_CASE("on a terminal no line of an audit is longer, whatever its rows are") {
    for (const int width : widths) {
        for (const std::size_t cells : {std::size_t{1}, std::size_t{2}, std::size_t{12}}) {
            for (const std::string& grouping : groupings()) {
                INFO(width << " " << cells << " " << grouping);
                const std::string text = render_audit(audited(cells), grouping, {"table", {}, width});
                CHECK(too_long(text, static_cast<std::size_t>(width)).empty());
                CHECK_THAT(unwrapped(text), Contains("none of 53 compute kernels of the network multiplied in bf16"));
            }
        }
    }
}

TEST_CASE("what an audit's tables do not show is named") {
    const std::string text = unwrapped(render_audit(audited(1), "kernel", {"table", {}, 80}));
    for (const Rows& rows : {audit_rows(some_audit(), std::nullopt, "kernel"), audit_overview(audited(1))}) {
        for (const std::string& heading : rows.front()) {
            INFO(heading);
            CHECK_THAT(text, Contains(heading));
        }
    }
}

TEST_CASE("an audit in a pipe is whole") {
    const std::string text = render_audit(audited(1), "kernel", {});
    CHECK_THAT(text, Contains("attr-fpmath:bf16 attr-post-ops:eltwise_relu") && !Contains("not shown"));
    CHECK_THAT(text, Contains("oneDNN v3.12.0, AArch64 SVE (256 bits), 4 threads; 10 inferences of 13.500 ms under the "
                              "profile, 12.000 ms without\n"));
}

TEST_CASE("CSV has the rows of every audited cell, with its key") {
    const std::vector<std::string> lines = lines_of(render_audit(audited(2), "kernel", {"csv"}));
    REQUIRE(lines.size() == 5);
    CHECK_THAT(lines[0], StartsWith("cell,ms,share %"));
    CHECK_THAT(lines[4], Contains("net:batch=2"));
}

TEST_CASE("two audits stand side by side, the largest difference first") {
    const Rows rows = side_by_side(some_audit("f32"), some_audit("bf16"), "kernel");
    REQUIRE(rows.size() >= 2);
    CHECK(rows[1].size() == rows[0].size());
}

TEST_CASE("an audit says what of the machine's peak a cell reaches, where the yardstick has read it") {
    Document document = audited(1);
    CHECK_THAT(render_audit(document, "kernel", {}), !Contains("limits  "));
    machine::YardstickReading best;
    best.threads = 4;
    best.f32_gflops = 100;
    best.bf16_gflops = 200;
    best.l2_gb_per_s = 100;
    best.memory_gb_per_s = 50;
    document.machines[0].yardstick = document::Yardstick{std::nullopt, {best}};
    const std::string text = render_audit(document, "kernel", {});
    // Four convolutions of 231 MFLOP an inference, two of them in bf16, in 12 ms; at the peaks they take 6.936 ms.
    CHECK_THAT(text, Contains("58% of the arithmetic peak, 77.07 GFLOP/s with 4 threads; 6.936 ms at best, bound by "
                              "arithmetic, against 12 ms; 33% outside oneDNN"));
    const Rows kernels =
        audit_rows(*document.cells[0].audit, document::peaks_for(document, document.cells[0]), "kernel");
    CHECK(std::vector<std::string>(kernels[1].begin() + 8, kernels[1].begin() + 11) ==
          std::vector<std::string>{"38.5", "1.156", "arithmetic"});
    CHECK(kernels[0][7] == "GB/s");
    document.machines[0].yardstick->peaks[0].threads = 2;
    CHECK_THAT(render_audit(document, "kernel", {}), !Contains("limits  "));
}

TEST_CASE("an audit says what a library reaches on the machine, and what share of the peak that is") {
    Document document = audited(1);
    machine::YardstickReading best;
    best.threads = 4;
    best.f32_gflops = 100.5;
    best.bf16_gflops = 200.5;
    document.machines[0].yardstick = document::Yardstick{std::nullopt, {best}};
    CHECK_THAT(render_audit(document, "kernel", {}), !Contains("practical"));
    auto& practical = document.machines[0].yardstick->practical;
    practical = {{4, "oneDNN 3.4.0", {{"f32", 92.25, "brg:sve", 1024}, {"bf16", 150.5, "brg:sve_bf16", 1024}}}};
    CHECK_THAT(
        render_audit(document, "kernel", {}),
        Contains("\npractical peak, 4 threads: oneDNN 3.4.0 reaches 92.25 GFLOP/s in f32 (brg:sve, 92% of the peak "
                 "of 100.5), 150.5 in bf16 (brg:sve_bf16, 75% of the peak of 200.5)\n"));
    // Where f32 came out faster than f32 can be, bf16 computed it.
    practical[0].peaks = {{"f32 as bf16", 90.45, "brg:sve", 1024}, {"f32 as bf16", 180.5, "brg:sve", 1024}};
    CHECK_THAT(render_audit(document, "kernel", {}),
               Contains("90.45 GFLOP/s in f32 as bf16 (brg:sve, 90% of the peak of 100.5), "
                        "180.5 in f32 as bf16 (brg:sve, 90% of the peak of 200.5)\n"));
    // No peak of AMX is known, nor any with 2 threads.
    practical[0].peaks = {{"bf16", 1234.0, "brg:avx512_core_amx", 1024}};
    CHECK_THAT(render_audit(document, "kernel", {}), Contains("1234 GFLOP/s in bf16 (brg:avx512_core_amx)\n"));
    practical[0] = {2, "oneDNN 3.4.0", {{"f32", 50.25, "brg:sve", 1024}}};
    CHECK_THAT(render_audit(document, "kernel", {}), Contains("2 threads: oneDNN 3.4.0 reaches 50.25 GFLOP/s in f32 "
                                                              "(brg:sve)\n"));
}

}  // namespace
}  // namespace gravbench::view
