#include "findings/kernel_effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "audit/comparison.h"
#include "audit/requirement.h"
#include "audit/summary.h"

namespace gravbench::findings {
namespace {

using audit::Audit;
using audit::Kernel;
using audit::Summary;
using records::Alternative;
using records::AuditRecord;
using Verdict = Effect::Verdict;

bool has_feature(const protocol::EngineDescription& engine, const std::string& name) {
    return engine.features &&
           std::find(engine.features->begin(), engine.features->end(), name) != engine.features->end();
}

bool is_aarch64(const protocol::EngineDescription& engine) {
    return engine.arch == "aarch64";
}

bool has_onednn(const protocol::EngineDescription& engine) {
    const auto found = engine.libraries.find("onednn");
    return found != engine.libraries.end() && found->second;
}

/// Why BF16 could not run, where that is known.
std::string reason_against_bf16(const AuditRecord& own) {
    if (!own.engine.features) {
        return "";
    }
    if (is_aarch64(own.engine)) {
        return has_feature(own.engine, "bf16") ? "" : fmt::format("; {} has no BF16 instructions", own.engine.cpu);
    }
    if (!has_feature(own.engine, "amx_bf16")) {
        return "; fpmath in BF16 needs AMX on x86, and this CPU has none";
    }
    return own.audit.isa.find("AMX") == std::string::npos
               ? fmt::format("; fpmath in BF16 needs AMX on x86, and oneDNN is kept to {}", own.audit.isa)
               : "";
}

std::string nothing_to_speed_up(const AuditRecord& own) {
    return is_aarch64(own.engine)
               ? "no convolution or matmul ran in oneDNN"
               : "no convolution or matmul ran in oneDNN (on x86, fp32 Linear layers and attention go to MKL; "
                 "--matmul-precision medium brings them to oneDNN)";
}

/// oneDNN prints its log from its first primitive on. Without one, an engine that has oneDNN ran nothing in it.
Judgement without_log(const AuditRecord& own) {
    return has_onednn(own.engine) ? Judgement{Verdict::no_effect, nothing_to_speed_up(own)}
                                  : Judgement{Verdict::unknown, "the engine printed no oneDNN log"};
}

/// A share of what ran in oneDNN is all that there is to see; where that is the smaller part, it must be said.
std::string outside_text(const Audit& audit, const Summary& summary) {
    const double outside = audit.inference_ms > 0 ? 1 - summary.onednn_ms / audit.inference_ms : 0;
    return outside > 0.5
               ? fmt::format("; but {:.0f}% of the inference was outside oneDNN, where it is not seen", 100 * outside)
               : "";
}

/// The verdict on a share of the compute kernels' time, with the kernels on both sides.
Judgement judge_share(const AuditRecord& own, double share, const std::string& precision,
                      bool (*is_meant)(const Kernel&)) {
    const Summary summary = audit::summarise(own.audit);
    const std::string in = audit::list_kernels(own.audit, is_meant);
    const std::string out = audit::list_kernels(
        own.audit, [&](const Kernel& kernel) { return audit::is_compute(kernel) && !is_meant(kernel); });
    if (in.empty()) {
        return {Verdict::no_effect,
                fmt::format("none of {:g} convolutions and matmuls ran in {}: {}{}", summary.compute_calls, precision,
                            out, precision == "bf16" ? reason_against_bf16(own) : "")};
    }
    const std::string evidence =
        fmt::format("{:.1f}% of the time of convolutions and matmuls in {}: {}{}{}", 100 * share, precision, in,
                    out.empty() ? "" : "; not so: " + out, outside_text(own.audit, summary));
    return {share >= audit::default_share ? Verdict::engaged : Verdict::partly, evidence};
}

bool is_lower_precision(const Kernel& kernel) {
    return audit::is_bf16(kernel) || audit::is_f16(kernel);
}

const AuditRecord* alternative(const Judged& judged, const std::string& word) {
    for (const Alternative* other : judged.alternatives) {
        if (is_word(other->value, word)) {
            return &other->record;
        }
    }
    return nullptr;
}

Judgement not_compared() {
    return {Verdict::unknown, "there is no audit without the setting to compare with"};
}

/// What oneDNN was asked to create, which does not depend on how fast the machine is.
bool has_same_creations(const Audit& a, const Audit& b) {
    const Summary one = audit::summarise(a);
    const Summary other = audit::summarise(b);
    return one.created == other.created && one.found == other.found && one.steady_created == other.steady_created &&
           one.steady_found == other.steady_found;
}

std::string creations_text(const Value& value, const Audit& audit) {
    const Summary summary = audit::summarise(audit);
    return fmt::format(
        "{}: {} created and {} found in the launch ({:.1f} ms), {:g} and {:g} of them in an inference after warm-up "
        "({:.2f} ms)",
        text_of(value), summary.created, summary.found, summary.create_ms, summary.steady_created, summary.steady_found,
        summary.steady_create_ms);
}

std::set<std::string> layouts_of_compute(const Audit& audit) {
    std::set<std::string> layouts;
    for (const audit::KernelUse& use : audit.kernels) {
        if (use.calls > 0 && audit::is_compute(use.kernel)) {
            layouts.insert(use.kernel.layouts);
        }
    }
    return layouts;
}

}  // namespace

Judgement judge_fpmath(const Judged& judged) {
    if (judged.own.audit.onednn.empty()) {
        return without_log(judged.own);
    }
    const Summary summary = audit::summarise(judged.own.audit);
    if (summary.compute_calls == 0) {
        return {Verdict::no_effect, nothing_to_speed_up(judged.own)};
    }
    const std::string hidden = audit::hidden_precision(judged.own.audit);
    if (!hidden.empty()) {
        return {Verdict::unknown, hidden + (is_word(judged.value, "bf16") ? reason_against_bf16(judged.own) : "")};
    }
    if (is_word(judged.value, "bf16")) {
        return judge_share(judged.own, summary.bf16_share.value_or(0), "bf16", audit::is_bf16);
    }
    if (is_word(judged.value, "f16")) {
        return judge_share(judged.own, summary.f16_share.value_or(0), "f16", audit::is_f16);
    }
    return judge_share(judged.own, summary.bf16_share.value_or(0) + summary.f16_share.value_or(0), "bf16 or f16",
                       is_lower_precision);
}

Judgement judge_dtype(const Judged& judged) {
    if (!has_onednn(judged.own.engine) && judged.own.audit.onednn.empty()) {
        return without_log(judged.own);
    }
    const Summary summary = audit::summarise(judged.own.audit);
    if (summary.compute_calls == 0) {
        return {Verdict::unknown, "no convolution or matmul ran in oneDNN; elsewhere is not seen"};
    }
    const std::string hidden = audit::hidden_precision(judged.own.audit);
    return !hidden.empty() ? Judgement{Verdict::unknown, hidden}
                           : judge_share(judged.own, summary.bf16_share.value_or(0), "bf16", audit::is_bf16);
}

Judgement judge_matmul_precision(const Judged& judged) {
    const AuditRecord* highest = alternative(judged, "highest");
    if (highest == nullptr) {
        return not_compared();
    }
    const std::string difference = audit::describe_difference(highest->audit, judged.own.audit);
    if (difference.empty()) {
        return {Verdict::no_effect, "the same kernels in oneDNN as with highest"};
    }
    const std::optional<double> share = audit::summarise(judged.own.audit).bf16_share;
    if (!share) {
        return {Verdict::partly, difference};
    }
    return {*share >= audit::default_share ? Verdict::engaged : Verdict::partly,
            fmt::format("{}; {:.1f}% of the time of convolutions and matmuls in bf16", difference, 100 * *share)};
}

Judgement judge_jit(const Judged& judged) {
    if (is_word(judged.value, "llga")) {
        double partitions = 0;
        for (const audit::Part& part : audit::parts(judged.own.audit, audit::family_of)) {
            partitions += part.name == "graph" ? part.calls : 0;
        }
        return partitions > 0
                   ? Judgement{Verdict::engaged, fmt::format("{:g} graph partitions in an inference", partitions)}
                   : Judgement{Verdict::no_effect, "no graph partition ran"};
    }
    const AuditRecord* none = alternative(judged, "none");
    if (none == nullptr) {
        return not_compared();
    }
    const std::string difference = audit::describe_difference(none->audit, judged.own.audit);
    return difference.empty()
               ? Judgement{Verdict::unknown, "the same kernels in oneDNN as with none; elsewhere is not seen"}
               : Judgement{Verdict::engaged, "against none: " + difference};
}

Judgement judge_layout(const Judged& judged) {
    const AuditRecord* contiguous = alternative(judged, "contiguous");
    if (contiguous == nullptr) {
        return not_compared();
    }
    const double reorders = audit::summarise(judged.own.audit).reorders;
    const double before = audit::summarise(contiguous->audit).reorders;
    const std::string evidence = fmt::format("{:g} reorders in an inference, {:g} with contiguous", reorders, before);
    if (layouts_of_compute(judged.own.audit).empty() && reorders == 0 && before == 0) {
        return {Verdict::unknown, "nothing that has a layout ran in oneDNN; elsewhere is not seen"};
    }
    const bool is_other =
        layouts_of_compute(judged.own.audit) != layouts_of_compute(contiguous->audit) || reorders != before;
    return {is_other ? Verdict::engaged : Verdict::no_effect, is_other ? evidence : evidence + ", in the same layouts"};
}

Judgement judge_cache(const Judged& judged) {
    const AuditRecord* by_default = alternative(judged, "default");
    if (by_default == nullptr) {
        return not_compared();
    }
    if (judged.own.audit.onednn.empty()) {
        return without_log(judged.own);
    }
    std::string evidence = creations_text(judged.value, judged.own.audit);
    bool acts = false;
    for (const Alternative* other : judged.alternatives) {
        evidence += "; " + creations_text(other->value, other->record.audit);
        acts = acts || !has_same_creations(judged.own.audit, other->record.audit);
    }
    if (!has_same_creations(judged.own.audit, by_default->audit)) {
        return {Verdict::engaged, evidence};
    }
    return {Verdict::no_effect,
            (acts ? "the same as without the setting: " : "nothing depends on the variable: ") + evidence};
}

Judgement judge_isa(const Judged& judged) {
    const AuditRecord* by_default = alternative(judged, "default");
    if (by_default == nullptr) {
        return not_compared();
    }
    if (judged.own.audit.onednn.empty()) {
        return without_log(judged.own);
    }
    const bool is_other = judged.own.audit.isa != by_default->audit.isa;
    return {is_other ? Verdict::engaged : Verdict::no_effect,
            is_other ? fmt::format("oneDNN uses {} instead of {}", judged.own.audit.isa, by_default->audit.isa)
                     : fmt::format("oneDNN uses {}, as without the setting", by_default->audit.isa)};
}

Judgement judge_onednn(const Judged& judged) {
    const std::string ran = audit::list_kernels(judged.own.audit, [](const Kernel&) { return true; });
    return ran.empty() ? Judgement{Verdict::engaged, "no kernel ran in oneDNN"}
                       : Judgement{Verdict::no_effect, "oneDNN ran all the same: " + ran};
}

}  // namespace gravbench::findings
