#include "findings/effect.h"

#include <fmt/format.h>

#include "catch.h"
#include "findings/outcome_builder.h"

namespace gravbench::findings {
namespace {

using records::Alternative;
using records::AuditRecord;
using test::some_cell;

const std::string isa_without_amx = "Intel AVX-512 with Intel DL Boost and bfloat16 support";

/// One kernel of a log, as a test needs it.
struct Ran {
    std::string primitive = "convolution";
    std::string implementation = "jit:avx512_core";
    std::string weights = "f32";
    double ms = 1;
    std::string layout = "abcd";
    std::string operation = "exec";
};

std::string line_of(const Ran& ran) {
    return fmt::format(
        "onednn_verbose,v1,primitive,{},cpu,{},{},undef,src:f32::blocked:{}::f0 wei:{}::blocked:abcd::f0 "
        "dst:f32::blocked:abcd::f0,attr-scratchpad:user,,mb1_ic8oc8_ih4oh4kh1_iw4ow4kw1,{}\n",
        ran.operation, ran.primitive, ran.implementation, ran.layout, ran.weights, ran.ms);
}

AuditRecord record_of(const std::vector<Ran>& kernels, const std::string& isa = isa_without_amx) {
    std::string steady;
    for (const Ran& ran : kernels) {
        steady += line_of(ran);
    }
    const std::string header =
        "onednn_verbose,v1,info,oneDNN v3.12.0 (commit x)\nonednn_verbose,v1,info,cpu,isa:" + isa + "\n";
    AuditRecord record;
    record.audit = audit::make_audit({header, steady}, {1000000});
    record.engine.libraries = {{"onednn", "3.12.0"}};
    record.engine.arch = "x86_64";
    record.engine.cpu = "Intel";
    record.engine.features = {"avx512f", "avx512_bf16"};
    record.effective = {{"threads", std::int64_t{2}}};
    return record;
}

Effect effect_of(const std::string& setting, const Value& value, const AuditRecord& own,
                 const std::vector<Alternative>& alternatives = {}, const std::string& thp_mode = "madvise") {
    for (const Effect& effect : effects_of(some_cell({{setting, value}}), own, alternatives, thp_mode)) {
        if (effect.setting == setting) {
            return effect;
        }
    }
    return {"none", "", Effect::Verdict::unknown, "it was not judged"};
}

std::string verdict(const Effect& effect) {
    return name_of(effect.verdict);
}

}  // namespace

TEST_CASE("every setting that is no shape is judged where it is not at its default") {
    for (const plan::Setting& setting : plan::settings()) {
        if (setting.via == plan::Setting::Via::shape || setting.via == plan::Setting::Via::program) {
            continue;
        }
        INFO(setting.name);
        const std::vector<std::string>& words = setting.allowed.words;
        const Value other = setting.allowed.kind != plan::Allowed::Kind::choice ? Value(std::int64_t{3})
                            : is_word(setting.default_value, words.back())      ? Value(words.front())
                                                                                : Value(words.back());
        const Effect effect = effect_of(setting.name, other, record_of({{}}));
        CHECK(effect.setting == setting.name);
        CHECK_FALSE(effect.evidence.empty());
    }
}

TEST_CASE("settings at their defaults are not judged, but for threads") {
    const std::vector<Effect> effects = effects_of(some_cell(), record_of({{}}), {}, "madvise");
    REQUIRE(effects.size() == 1);
    CHECK(effects[0].setting == "threads");
}

TEST_CASE("fpmath bf16 is judged by what ran in BF16") {
    const Ran in_bf16{"convolution", "gemm:acl", "bf16", 95};
    const Ran in_f32{"convolution", "brgconv_1x1:sve_256", "f32", 5};
    CHECK(verdict(effect_of("fpmath", "bf16", record_of({in_bf16, in_f32}))) == "engaged");
    CHECK_THAT(effect_of("fpmath", "bf16", record_of({in_bf16, in_f32})).evidence,
               Contains("not so: 1 convolution f32 brgconv_1x1:sve_256"));
    CHECK(verdict(effect_of("fpmath", "bf16", record_of({in_bf16, in_f32, in_f32, in_f32, in_f32}))) == "partly");
    const Effect none = effect_of("fpmath", "bf16", record_of({in_f32}));
    CHECK(verdict(none) == "no effect");
    CHECK_THAT(none.evidence, Contains("none of 1 convolutions and matmuls ran in bf16"));
}

TEST_CASE("where most of an inference is outside of oneDNN, a share of what is in it does not pass for the whole") {
    AuditRecord own = record_of({{"matmul", "gemm:acl", "bf16", 1}});
    CHECK(effect_of("fpmath", "bf16", own).evidence.find("outside") == std::string::npos);
    own.audit.inference_ms = 50;
    CHECK_THAT(effect_of("fpmath", "bf16", own).evidence, Contains("98% of the inference was outside oneDNN"));
}

TEST_CASE("why BF16 did nothing is said where it is known") {
    AuditRecord own = record_of({{}});
    CHECK_THAT(effect_of("fpmath", "bf16", own).evidence, Contains("this CPU has none"));
    own.engine.features->push_back("amx_bf16");
    CHECK_THAT(effect_of("fpmath", "bf16", own).evidence, Contains("oneDNN is kept to " + isa_without_amx));
    own.engine.arch = "aarch64";
    own.engine.cpu = "Neoverse N1";
    own.engine.features = {"asimd"};
    CHECK_THAT(effect_of("fpmath", "bf16", own).evidence, Contains("Neoverse N1 has no BF16 instructions"));
    own.engine.features.reset();
    CHECK_FALSE(effect_of("fpmath", "bf16", own).evidence.find(';') != std::string::npos);
    CHECK_THAT(effect_of("fpmath", "bf16", record_of({{"reorder"}})).evidence,
               Contains("--matmul-precision medium brings them"));
}

TEST_CASE("a cache is judged by creations, never by their time") {
    const AuditRecord creates =
        record_of({{}, {"convolution", "jit:avx512_core", "f32", 1, "abcd", "create:cache_miss"}});
    const AuditRecord slower =
        record_of({{}, {"convolution", "jit:avx512_core", "f32", 9, "abcd", "create:cache_miss"}});
    const AuditRecord finds = record_of({{}, {"convolution", "jit:avx512_core", "f32", 1, "abcd", "create:cache_hit"}});
    const auto judge = [](const AuditRecord& own, const AuditRecord& by_default, const AuditRecord& off) {
        return effect_of("primitive-cache", std::int64_t{8}, own,
                         {{"primitive-cache", "default", by_default},
                          {"primitive-cache", std::int64_t{0}, off},
                          {"primitive-cache", std::int64_t{1024}, by_default}});
    };
    CHECK(verdict(judge(creates, finds, creates)) == "engaged");
    CHECK(verdict(judge(slower, creates, creates)) == "no effect");
    CHECK_THAT(judge(slower, creates, creates).evidence, StartsWith("nothing depends on the variable"));
    CHECK_THAT(judge(finds, finds, creates).evidence, StartsWith("the same as without the setting"));
    CHECK(verdict(effect_of("lru-cache", std::int64_t{8}, finds)) == "unknown");
}

TEST_CASE("the kernel's view of the process judges threads, huge pages and allocators") {
    AuditRecord own = record_of({{}});
    own.busy_threads = 2;
    CHECK(verdict(effect_of("threads", std::int64_t{2}, own)) == "engaged");
    CHECK(verdict(effect_of("threads", "cores", own)) == "engaged");
    CHECK(verdict(effect_of("threads", std::int64_t{4}, own)) == "partly");
    own.busy_threads = 1;
    CHECK(verdict(effect_of("threads", std::int64_t{4}, own)) == "no effect");
    own.busy_threads = 0;
    CHECK(verdict(effect_of("threads", std::int64_t{4}, own)) == "unknown");

    CHECK(verdict(effect_of("thp", "on", own)) == "no effect");
    own.huge_page_bytes = 64 << 20;
    CHECK(verdict(effect_of("thp", "on", own)) == "engaged");
    CHECK(verdict(effect_of("thp", "on", own, {}, "always")) == "unknown");

    CHECK(verdict(effect_of("allocator", "jemalloc", own)) == "no effect");
    own.libraries = {"/usr/lib/libjemalloc.so.2"};
    CHECK(verdict(effect_of("allocator", "jemalloc", own)) == "engaged");
}

TEST_CASE("threads are not judged where nobody says how many there were to be") {
    AuditRecord own;
    own.busy_threads = 1;
    const Effect untold = effect_of("threads", "cores", own);
    CHECK(verdict(untold) == "unknown");
    CHECK(untold.evidence == "the engine does not say how many threads it was to use");
    CHECK(verdict(effect_of("threads", std::int64_t{2}, own)) == "no effect");
}

TEST_CASE("jit, layout, isa and matmul precision are judged against an audit without them") {
    const AuditRecord plain = record_of({{}});
    const AuditRecord other = record_of({{"matmul", "brg_matmul:avx512_core"}}, "Intel AVX2");
    const AuditRecord channels = record_of({{"convolution", "jit:avx512_core", "f32", 1, "acdb"}});
    CHECK(verdict(effect_of("jit", "freeze", other, {{"jit", "none", plain}})) == "engaged");
    CHECK_THAT(
        effect_of("jit", "freeze", other, {{"jit", "none", plain}}).evidence,
        Contains("1 matmul f32 brg_matmul:avx512_core more") && Contains("1 convolution f32 jit:avx512_core less"));
    CHECK(verdict(effect_of("jit", "freeze", plain, {{"jit", "none", plain}})) == "unknown");
    CHECK(verdict(effect_of("jit", "llga", plain)) == "no effect");
    CHECK(verdict(effect_of("layout", "channels_last", channels, {{"layout", "contiguous", plain}})) == "engaged");
    CHECK(verdict(effect_of("layout", "channels_last", plain, {{"layout", "contiguous", plain}})) == "no effect");
    CHECK(verdict(effect_of("layout", "channels_last", record_of({}), {{"layout", "contiguous", record_of({})}})) ==
          "unknown");
    CHECK(verdict(effect_of("isa", "avx2", other, {{"isa", "default", plain}})) == "engaged");
    CHECK(verdict(effect_of("isa", "avx2", plain, {{"isa", "default", plain}})) == "no effect");
    CHECK(verdict(effect_of("matmul-precision", "medium", other, {{"matmul-precision", "highest", plain}})) ==
          "partly");
    CHECK(verdict(effect_of("matmul-precision", "medium", plain, {{"matmul-precision", "highest", plain}})) ==
          "no effect");
    CHECK(verdict(effect_of("onednn", "off", plain)) == "no effect");
    CHECK(verdict(effect_of("onednn", "off", record_of({}))) == "engaged");
}

TEST_CASE("an audit to compare with that failed leaves the effect unknown, and says so") {
    AuditRecord failed;
    failed.problem = Problem{"engine_crashed", "signal 11"};
    const Effect effect = effect_of("lru-cache", std::int64_t{8}, record_of({{}}), {{"lru-cache", "default", failed}});
    CHECK(verdict(effect) == "unknown");
    CHECK_THAT(effect.evidence, Contains("signal 11"));
}

TEST_CASE("a model of linear layers only logs nothing, and that is no effect where the engine has oneDNN") {
    // On x86 fp32 Linear layers go to MKL, so oneDNN never prints its log.
    AuditRecord own = record_of({});
    own.audit = audit::make_audit({"", ""}, {1000000});
    REQUIRE(own.audit.onednn.empty());
    const Effect effect = effect_of("fpmath", "bf16", own);
    CHECK(verdict(effect) == "no effect");
    CHECK_THAT(effect.evidence, Contains("go to MKL") && Contains("--matmul-precision medium brings them to oneDNN"));
    own.engine.arch = "aarch64";
    CHECK(effect_of("fpmath", "bf16", own).evidence == "no convolution or matmul ran in oneDNN");
    for (const std::map<std::string, std::optional<std::string>>& libraries :
         {std::map<std::string, std::optional<std::string>>{}, {{"onednn", std::nullopt}}}) {
        own.engine.libraries = libraries;
        CHECK(verdict(effect_of("fpmath", "bf16", own)) == "unknown");
        CHECK(effect_of("fpmath", "bf16", own).evidence == "the engine printed no oneDNN log");
    }
}

/// An audit without the setting, and outputs that differ from its by this much.
Alternative without(const std::string& setting, const Value& value, double max_abs_error, double relative_error) {
    protocol::Comparison comparison;
    comparison.max_abs_error = max_abs_error;
    comparison.relative_l2_error = relative_error;
    return {setting, value, record_of({{}}), comparison};
}

TEST_CASE("a setting of precision that changes no bit has no effect, whatever the log says") {
    const AuditRecord in_bf16 = record_of({{"convolution", "gemm:acl", "bf16", 95}});
    const Effect contradicted = effect_of("fpmath", "bf16", in_bf16, {without("fpmath", "strict", 0, 0)});
    CHECK(verdict(contradicted) == "no effect");
    CHECK_THAT(contradicted.evidence, Contains("100.0% of the time of convolutions and matmuls in bf16") &&
                                          EndsWith("and yet no bit of the outputs differs from those with strict"));
    const Effect agreed = effect_of("fpmath", "bf16", record_of({{}}), {without("fpmath", "strict", 0, 0)});
    CHECK(verdict(agreed) == "no effect");
    CHECK_THAT(agreed.evidence, Contains("none of 1 convolutions") && !Contains("and yet"));
}

TEST_CASE("a setting of precision that changes outputs beyond rounding has an effect, whatever the log says") {
    const Effect contradicted =
        effect_of("fpmath", "bf16", record_of({{}}), {without("fpmath", "strict", 4.5e-5, 3e-4)});
    CHECK(verdict(contradicted) == "engaged");
    CHECK_THAT(contradicted.evidence,
               Contains("none of 1 convolutions and matmuls ran in bf16") &&
                   EndsWith("; and yet the outputs differ from those with strict by up to 4.5e-05, 3.0e-04 of their "
                            "size"));
    AuditRecord silent;
    silent.engine.libraries = {{"openvino", "2026.4"}};
    CHECK(verdict(effect_of("dtype", "bf16", silent)) == "unknown");
    CHECK(verdict(effect_of("dtype", "bf16", silent, {without("dtype", "fp32", 0.01, 3e-3)})) == "engaged");
}

/// What LibTorch 2.0.0 logs on a Graviton3 under fpmath bf16.
AuditRecord record_of_onednn_2() {
    AuditRecord own;
    own.audit = audit::make_audit(
        {"onednn_verbose,info,oneDNN v2.7.3 (commit x)\n",
         "onednn_verbose,info,prim_template:operation,engine,primitive,implementation,prop_kind,memory_descriptors,"
         "attributes,auxiliary,problem_desc,exec_time\n"
         "onednn_verbose,exec,cpu,matmul,gemm:acl,undef,src_f32::blocked:abc:f0 wei_f32::blocked:abc:f0 "
         "dst_f32::blocked:abc:f0,attr-scratchpad:user attr-fpmath:bf16 ,,1x9x64:1x64x256:1x9x256,4\n"},
        {4000000});
    own.engine.libraries = {{"onednn", "2.7.3"}};
    own.engine.arch = "aarch64";
    own.engine.cpu = "Neoverse V1";
    own.engine.features = {"asimd", "sve", "bf16"};
    return own;
}

TEST_CASE("where oneDNN 2.x hides what Arm Compute Library made of fpmath, outputs decide") {
    AuditRecord own = record_of_onednn_2();
    const Effect unseen = effect_of("fpmath", "bf16", own);
    CHECK(verdict(unseen) == "unknown");
    CHECK(verdict(effect_of("dtype", "bf16", own)) == "unknown");
    CHECK(unseen.evidence ==
          "oneDNN 2.7.3 does not show in which precision Arm Compute Library multiplied: 1 matmul f32 gemm:acl");
    const Effect engaged = effect_of("fpmath", "bf16", own, {without("fpmath", "strict", 4.5e-5, 1.9e-4)});
    CHECK(verdict(engaged) == "engaged");
    CHECK_THAT(engaged.evidence, Contains("the outputs differ from those with strict") && !Contains("and yet"));
    own.engine.cpu = "Neoverse N1";
    own.engine.features = {"asimd"};
    const Effect without_bf16 = effect_of("fpmath", "bf16", own, {without("fpmath", "strict", 0, 0)});
    CHECK(verdict(without_bf16) == "no effect");
    CHECK_THAT(without_bf16.evidence,
               Contains("Neoverse N1 has no BF16 instructions") && EndsWith("no bit of the outputs differs from those "
                                                                            "with strict"));
}

TEST_CASE("outputs that are no numbers are no evidence") {
    Alternative overflown = without("fpmath", "strict", 0, 0);
    overflown.outputs->max_abs_error = overflown.outputs->relative_l2_error = std::nullopt;
    overflown.outputs->nonfinite = 3;
    const Effect effect = effect_of("fpmath", "bf16", record_of({{}}), {overflown});
    CHECK(verdict(effect) == "no effect");
    CHECK_THAT(effect.evidence, !Contains("outputs"));
}

TEST_CASE("rounding is no evidence of another precision") {
    const Effect effect = effect_of("fpmath", "bf16", record_of({{}}), {without("fpmath", "strict", 1e-6, 4e-7)});
    CHECK(verdict(effect) == "no effect");
    CHECK_THAT(effect.evidence, EndsWith("which is no more than rounding"));
}

TEST_CASE("outputs show that a setting acts where nothing else does, and prove nothing by being the same") {
    const AuditRecord own = record_of({{}});
    CHECK(verdict(effect_of("jit", "freeze", own, {without("jit", "none", 1e-6, 1e-7)})) == "engaged");
    const Effect same = effect_of("jit", "freeze", own, {without("jit", "none", 0, 0)});
    CHECK(verdict(same) == "unknown");
    CHECK_THAT(same.evidence, EndsWith("no bit of the outputs differs from those with none"));
    const Effect elsewhere = effect_of("layout", "channels_last", own, {without("layout", "contiguous", 1e-6, 1e-7)});
    CHECK(verdict(elsewhere) == "no effect");
    CHECK_THAT(elsewhere.evidence, Contains("in the same layouts; and yet the outputs differ"));
    CHECK(verdict(effect_of("graph-optimization", "off", own, {without("graph-optimization", "all", 1e-6, 1e-7)})) ==
          "engaged");
}

TEST_CASE("an audit that only outputs are compared with may fail") {
    Alternative failed = without("fpmath", "strict", 0, 0);
    failed.record.problem = records::Problem{"timeout", "it hung"};
    failed.outputs.reset();
    CHECK(verdict(effect_of("fpmath", "bf16", record_of({{"convolution", "gemm:acl", "bf16", 95}}), {failed})) ==
          "engaged");
}

TEST_CASE("what the engine reads back is all that is known of some settings") {
    AuditRecord own = record_of({{}});
    CHECK(verdict(effect_of("hint", "throughput", own)) == "unknown");
    own.effective["hint"] = "throughput";
    CHECK(verdict(effect_of("hint", "throughput", own)) == "engaged");
    own.effective["hint"] = "latency";
    CHECK(verdict(effect_of("hint", "throughput", own)) == "no effect");
}

TEST_CASE("a verdict has a name that it is known by") {
    for (const auto one :
         {Effect::Verdict::engaged, Effect::Verdict::partly, Effect::Verdict::no_effect, Effect::Verdict::unknown}) {
        CHECK(verdict_named(name_of(one)) == one);
    }
    CHECK_FALSE(verdict_named("maybe"));
}

}  // namespace gravbench::findings
