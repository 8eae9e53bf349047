#include "audit/audit.h"

namespace gravbench::audit {
namespace {

constexpr const char* where = "audit";

struct TextMember {
    const char* name;
    std::string Kernel::*member;
};

constexpr TextMember kernel_texts[] = {
    {"primitive", &Kernel::primitive},
    {"implementation", &Kernel::implementation},
    {"source_type", &Kernel::source_type},
    {"weights_type", &Kernel::weights_type},
    {"destination_type", &Kernel::destination_type},
    {"layouts", &Kernel::layouts},
    {"problem", &Kernel::problem},
    {"algorithm", &Kernel::algorithm},
    {"attributes", &Kernel::attributes},
};

struct CountMember {
    const char* name;
    int KernelUse::*member;
};

constexpr CountMember use_counts[] = {
    {"calls", &KernelUse::calls},
    {"created", &KernelUse::created},
    {"found", &KernelUse::found},
    {"steady_created", &KernelUse::steady_created},
    {"steady_found", &KernelUse::steady_found},
};

struct TimeMember {
    const char* name;
    double KernelUse::*member;
};

constexpr TimeMember use_times[] = {
    {"time_ms", &KernelUse::time_ms},
    {"create_ms", &KernelUse::create_ms},
    {"steady_create_ms", &KernelUse::steady_create_ms},
};

Json to_json(const KernelUse& use) {
    Json json = Json::object();
    for (const TextMember& text : kernel_texts) {
        json[text.name] = use.kernel.*(text.member);
    }
    json["family"] = family_of(use.kernel);
    json["bf16"] = is_compute(use.kernel) ? Json(is_bf16(use.kernel)) : Json();
    const auto operations = floating_point_operations(use.kernel);
    json["flops"] = operations ? Json(*operations) : Json();
    for (const CountMember& count : use_counts) {
        json[count.name] = use.*(count.member);
    }
    for (const TimeMember& time : use_times) {
        json[time.name] = use.*(time.member);
    }
    return json;
}

KernelUse use_from(const Json& json) {
    KernelUse use;
    for (const TextMember& text : kernel_texts) {
        use.kernel.*(text.member) = required<std::string>(json, text.name, where);
    }
    for (const CountMember& count : use_counts) {
        use.*(count.member) = required<int>(json, count.name, where);
    }
    for (const TimeMember& time : use_times) {
        use.*(time.member) = required<double>(json, time.name, where);
    }
    return use;
}

}  // namespace

Json to_json(const Audit& audit) {
    Json kernels = Json::array();
    for (const KernelUse& use : audit.kernels) {
        kernels.push_back(to_json(use));
    }
    return {{"onednn", audit.onednn.empty() ? Json() : Json(audit.onednn)},
            {"isa", audit.isa.empty() ? Json() : Json(audit.isa)},
            {"threads", audit.threads == 0 ? Json() : Json(audit.threads)},
            {"inferences", audit.inferences},
            {"inference_ms", audit.inference_ms},
            {"clocks",
             audit.clocks ? Json{{"engine_ms", audit.clocks->engine_ms}, {"log_ms", audit.clocks->log_ms}} : Json()},
            {"unknown_lines", audit.unknown_lines},
            {"torn_lines", audit.torn_lines},
            {"kernels", kernels},
            {"sequence", {{"kernels", audit.sequence}, {"ms", audit.sequence_ms}}}};
}

Audit audit_from(const Json& json) {
    Audit audit;
    audit.onednn = optional_member<std::string>(json, "onednn", "", where);
    audit.isa = optional_member<std::string>(json, "isa", "", where);
    audit.threads = optional_member<int>(json, "threads", 0, where);
    audit.inferences = required<int>(json, "inferences", where);
    audit.inference_ms = required<double>(json, "inference_ms", where);
    if (const Json& clocks = required_member(json, "clocks", where); !clocks.is_null()) {
        audit.clocks = {required<double>(clocks, "engine_ms", where), required<double>(clocks, "log_ms", where)};
    }
    audit.unknown_lines = required<int>(json, "unknown_lines", where);
    audit.torn_lines = required<int>(json, "torn_lines", where);
    for (const Json& kernel : required_member(json, "kernels", where)) {
        audit.kernels.push_back(use_from(kernel));
    }
    const Json& sequence = required_member(json, "sequence", where);
    audit.sequence = required<std::vector<std::size_t>>(sequence, "kernels", where);
    audit.sequence_ms = required<std::vector<double>>(sequence, "ms", where);
    if (audit.sequence.size() != audit.sequence_ms.size() ||
        std::any_of(audit.sequence.begin(), audit.sequence.end(),
                    [&](std::size_t kernel) { return kernel >= audit.kernels.size(); })) {
        throw_wrong_type("sequence", where, sequence);
    }
    return audit;
}

}  // namespace gravbench::audit
