#include <fmt/format.h>

#include "audit/audit.h"
#include "audit/work.h"
#include "base/checked_json.h"
#include "base/errors.h"

namespace gravbench::audit {
namespace {

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
    const bool is_known = is_compute(use.kernel) && !use.kernel.is_precision_hidden;
    json["bf16"] = is_known ? Json(is_bf16(use.kernel)) : Json();
    const auto operations = floating_point_operations(use.kernel);
    json["flops"] = operations ? Json(*operations) : Json();
    const auto bytes = bytes_moved(use.kernel);
    json["bytes"] = bytes ? Json(*bytes) : Json();
    for (const CountMember& count : use_counts) {
        json[count.name] = use.*(count.member);
    }
    for (const TimeMember& time : use_times) {
        json[time.name] = use.*(time.member);
    }
    return json;
}

KernelUse use_from(const Json& json, const std::string& where) {
    KernelUse use;
    for (const TextMember& text : kernel_texts) {
        use.kernel.*(text.member) = checked::text(json, text.name, where);
    }
    for (const CountMember& count : use_counts) {
        use.*(count.member) = checked::small_integer(json, count.name, where);
    }
    for (const TimeMember& time : use_times) {
        use.*(time.member) = checked::number(json, time.name, where);
    }
    return use;
}

/// Each kernel must be one of those that the audit lists.
void read_sequence(Audit& audit, const Json& json, const std::string& where) {
    const checked::Range known{0, static_cast<std::int64_t>(audit.kernels.size()) - 1};
    for (const std::int64_t kernel : checked::integers(json, "kernels", known, where)) {
        audit.sequence.push_back(static_cast<std::size_t>(kernel));
    }
    audit.sequence_ms = checked::numbers(json, "ms", where);
    if (audit.sequence_ms.size() != audit.sequence.size()) {
        throw DataError(fmt::format("{}: expected as many \"ms\" as \"kernels\", found {} and {}", where,
                                    audit.sequence_ms.size(), audit.sequence.size()));
    }
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

Audit audit_from(const Json& json, const std::string& where) {
    Audit audit;
    audit.onednn = checked::has(json, "onednn") ? checked::text(json, "onednn", where) : "";
    audit.isa = checked::has(json, "isa") ? checked::text(json, "isa", where) : "";
    audit.threads = checked::has(json, "threads") ? checked::small_integer(json, "threads", where) : 0;
    audit.inferences = checked::small_integer(json, "inferences", where);
    audit.inference_ms = checked::number_not_negative(json, "inference_ms", where);
    if (const Json& clocks = checked::member(json, "clocks", "an object or null", where); !clocks.is_null()) {
        const std::string place = checked::place_of(where, "clocks");
        audit.clocks = {checked::number(clocks, "engine_ms", place), checked::number(clocks, "log_ms", place)};
    }
    audit.unknown_lines = checked::small_integer(json, "unknown_lines", where);
    audit.torn_lines = checked::small_integer(json, "torn_lines", where);
    for (const Json& kernel : checked::list(json, "kernels", where)) {
        KernelUse use = use_from(kernel, checked::place_of(where, "kernels", audit.kernels.size()));
        use.kernel.is_precision_hidden = hides_precision(audit.onednn, use.kernel);
        audit.kernels.push_back(std::move(use));
    }
    read_sequence(audit, checked::object(json, "sequence", where), checked::place_of(where, "sequence"));
    return audit;
}

}  // namespace gravbench::audit
