// What captured logs say, against what docs/facts.md says of the runs that they are of.

#include "audit/audit.h"
#include "audit/requirement.h"
#include "audit/summary.h"
#include "base/files.h"
#include "catch.h"

using namespace gravbench;
using namespace gravbench::audit;

namespace {

Audit audit_of(const std::string& name, int inferences) {
    return make_audit({"", read_file(std::filesystem::path(LOGS) / name)},
                      std::vector<std::int64_t>(inferences, 1000000));
}

double calls_of(const Audit& audit, const std::string& short_name_wanted) {
    double calls = 0;
    for (const Part& part : parts(audit, short_name)) {
        calls += part.name == short_name_wanted ? part.calls : 0;
    }
    return calls;
}

}  // namespace

TEST_CASE("every line of every captured log is understood") {
    for (const auto& file : std::filesystem::directory_iterator(LOGS)) {
        INFO(file.path().string());
        LogReader reader;
        const Log log = reader.read(read_file(file.path()));
        const bool is_small = file.path().filename().string().find("-small-") != std::string::npos;
        CHECK(log.events.size() >= (is_small ? 6 : 70));
        CHECK(log.unknown_lines == 0);
        CHECK(log.torn_lines == 0);
        CHECK(!log.version.empty());
    }
}

TEST_CASE("ResNet50 in BF16 on a Graviton3 ran in ACL but for three convolutions") {
    const Audit audit = audit_of("onednn-3.12-neoverse-v1-resnet50-bf16.log", 1);
    CHECK(audit.isa == "AArch64 SVE (256 bits)");
    CHECK(calls_of(audit, "convolution bf16 gemm:acl") == 49);
    CHECK(calls_of(audit, "convolution bf16 indirect_gemm:acl") == 1);
    CHECK(calls_of(audit, "convolution f32 brgconv_1x1:sve_256") == 3);
    const Summary summary = summarise(audit);
    CHECK(summary.bf16_calls == 50);
    CHECK(summary.compute_calls == 53);
    CHECK(summary.bf16_share.value() == Approx(0.95).margin(0.03));
    CHECK(summary.acl_share.value() == summary.bf16_share.value());
    CHECK(!complaint({"bf16", 0.9}, audit));
    CHECK(!complaint({"no-ref", 0}, audit));
    // 4.1 G multiply-adds (He and others 2016, table 1, has 3.8; torchvision's variant strides in the 3x3 one).
    CHECK(summary.flops.value() == Approx(2 * 4.1e9).epsilon(0.02));
}

TEST_CASE("DistilBERT in BF16 on a Graviton3 ran its 48 matmuls in ACL") {
    const Audit audit = audit_of("onednn-3.12-neoverse-v1-distilbert-bf16.log", 1);
    CHECK(calls_of(audit, "matmul bf16 gemm:acl") == 48);
    CHECK(summarise(audit).bf16_share.value() == 1);
    CHECK(summarise(audit).reorders == 48);
}

TEST_CASE("asking for BF16 on x86 without AMX left every matmul in f32") {
    const Audit audit = audit_of("onednn-3.12-x86-distilbert-bf16-medium.log", 3);
    for (const KernelUse& use : audit.kernels) {
        if (use.kernel.primitive == "matmul") {
            CHECK(use.kernel.attributes.find("attr-fpmath:bf16") != std::string::npos);
        }
    }
    CHECK(summarise(audit).bf16_share.value() == 0);
    CHECK(complaint({"bf16", 0.9}, audit)->find("matmul f32 brg_matmul:avx512_core") != std::string::npos);
}

TEST_CASE("frozen ResNet50 finds its primitives in the cache after the first inference") {
    const Audit audit = audit_of("onednn-3.12-x86-resnet50-strict-freeze.log", 3);
    const Summary summary = summarise(audit);
    CHECK(summary.created == 66);
    CHECK(summary.compute_calls == 53);
    CHECK(summary.flops.value() == Approx(2 * 4.1e9).epsilon(0.02));
    CHECK(summary.bf16_share.value() == 0);
}

TEST_CASE("a graph partition's own time is small beside the kernels in it") {
    const Audit audit = audit_of("onednn-3.12-x86-resnet50-bf16-llga-graph.log", 3);
    double graph_ms = 0;
    for (const Part& family : summarise(audit).families) {
        graph_ms += family.name == "graph" ? family.ms : 0;
    }
    CHECK(graph_ms > 0);
    CHECK(graph_ms < 0.2 * summarise(audit).onednn_ms);
    CHECK(summarise(audit).bf16_share.value() == 1);
}

TEST_CASE("oneDNN 2.6 is read by its own template") {
    const Audit audit = audit_of("onednn-2.6-x86-resnet50.log", 1);
    CHECK(audit.onednn == "2.6.3");
    CHECK(summarise(audit).compute_calls == 40);
    CHECK(calls_of(audit, "convolution f32 jit:avx512_core") == 34);
}

TEST_CASE("oneDNN 2.7 hides in which precision Arm Compute Library multiplied") {
    const Audit audit = audit_of("onednn-2.7.3-acl22.11-torch2.0.0-neoverse-v1-resnet50-1thread-bf16.log", 1);
    CHECK(audit.onednn == "2.7.3");
    CHECK(calls_of(audit, "convolution f32 gemm:acl") == 20);
    const Summary summary = summarise(audit);
    CHECK(summary.acl_share.value() == 1);
    CHECK(!summary.bf16_share);
    CHECK(!summary.f16_share);
    const std::string sentence =
        "oneDNN 2.7.3 does not show in which precision Arm Compute Library multiplied: 20 convolution f32 gemm:acl";
    CHECK(hidden_precision(audit) == sentence);
    CHECK(complaint({"bf16", 0.9}, audit) == sentence);
    CHECK(!complaint({"acl", 0.9}, audit));
    const Json document = describe(audit, std::nullopt, true);
    CHECK(document["bf16"]["engaged"].is_null());
    for (const Json& kernel : document["kernels"]) {
        CHECK(kernel["bf16"].is_null());
    }
    CHECK(document["bf16"]["calls"].is_null());
    CHECK(hidden_precision(audit_from(to_json(audit))) == sentence);
    // What was not asked for is not hidden.
    Kernel strict = audit.kernels.front().kernel;
    CHECK(hides_precision("2.7.3", strict));
    strict.attributes.clear();
    CHECK(!hides_precision("2.7.3", strict));
}

TEST_CASE("between LibTorch 1.13.0 and 2.0.0 a Linear layer went from oneDNN's own code to ACL on a Graviton3") {
    const Audit old = audit_of("onednn-2.6.0-acl22.05-torch1.13.0-neoverse-v1-small-1thread-bf16.log", 3);
    CHECK(old.onednn == "2.6.0");
    CHECK(calls_of(old, "matmul f32 gemm:jit") == 1);
    CHECK(summarise(old).reference_calls == 1);
    CHECK(summarise(old).bf16_share.value() == 0);
    CHECK(hidden_precision(old).empty());
    const Audit recent = audit_of("onednn-2.7.3-acl22.11-torch2.0.0-neoverse-v1-small-1thread-bf16.log", 3);
    CHECK(calls_of(recent, "matmul f32 gemm:acl") == 1);
    CHECK(summarise(recent).reference_calls == 0);
}

TEST_CASE("oneDNN 3 hides nothing: what stayed in f32 there was computed in f32") {
    for (const auto& file : std::filesystem::directory_iterator(LOGS)) {
        if (file.path().filename().string().starts_with("onednn-3")) {
            CHECK(hidden_precision(audit_of(file.path().filename(), 1)).empty());
        }
    }
}
