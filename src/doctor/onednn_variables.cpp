#include <fmt/format.h>

#include <algorithm>

#include "doctor/variable.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

/// oneDNN reads ONEDNN_X before DNNL_X: the name that this one is read after, empty for the first.
std::string winner_over(const std::string& name) {
    return name.rfind("DNNL_", 0) == 0 ? "ONEDNN_" + name.substr(5) : "";
}

/// Where both names are set to different values, the one that loses.
std::optional<Finding> contradiction(const std::string& name, const std::string& value, const Facts& facts) {
    const std::string winner = winner_over(name);
    const auto winning = winner.empty() ? std::nullopt : variable(facts, winner);
    if (!winning) {
        return std::nullopt;
    }
    const bool is_same = lower(*winning) == lower(value);
    return unset(is_same ? Status::notice : Status::warning, name,
                 fmt::format("{}: {} says {}, which wins", value, winner, is_same ? "the same" : *winning));
}

bool has_fast_bf16(const Facts& facts) {
    return is_arm(facts) ? has_isa(facts, "bf16") : has_isa(facts, "amx_bf16");
}

Finding judge_math_mode(const std::string& name, const std::string& value, const Facts& facts) {
    if (const auto loses = contradiction(name, value, facts)) {
        return *loses;
    }
    static const std::vector<std::string> modes{"strict", "bf16", "f16", "tf32", "any"};
    const std::string mode = lower(value);
    if (std::find(modes.begin(), modes.end(), mode) == modes.end()) {
        const bool is_bf16_meant = mode.find("bf") != std::string::npos || mode.find("bfloat") != std::string::npos;
        return {Status::warning,
                fmt::format("{} is not one of {}: oneDNN takes it for strict", value, fmt::join(modes, ", ")),
                is_bf16_meant ? fmt::format("export {}=BF16", name) : "unset " + name};
    }
    if ((mode == "bf16" || mode == "any") && !has_fast_bf16(facts)) {
        return unset(Status::notice, name,
                     fmt::format("{} does nothing: this CPU has no {}", value, is_arm(facts) ? "BF16" : "AMX"));
    }
    return {Status::good, mode == "strict" ? value + ", which is the default" : value, ""};
}

Finding judge_primitive_cache(const std::string& name, const std::string& value, const Facts& facts) {
    if (const auto loses = contradiction(name, value, facts)) {
        return *loses;
    }
    const auto capacity = machine::leading_integer(value);
    if (!capacity || *capacity <= 0) {
        return unset(Status::warning, name, fmt::format("{} turns oneDNN's primitive cache off", value));
    }
    return {Status::good, *capacity == 1024 ? value + ", which is the default" : value, ""};
}

Finding judge_verbose(const std::string& name, const std::string& value, const Facts& facts) {
    if (const auto loses = contradiction(name, value, facts)) {
        return *loses;
    }
    const bool is_quiet = value == "0" || lower(value) == "none";
    return is_quiet ? Finding{Status::good, value, ""}
                    : unset(Status::warning, name, fmt::format("{} prints a line for each kernel to stdout", value));
}

Finding judge_isa_limit(const std::string& name, const std::string& value, const Facts& facts) {
    if (const auto loses = contradiction(name, value, facts)) {
        return *loses;
    }
    const std::string limit = lower(value);
    return limit == "all" || limit == "default"
               ? Finding{Status::good, value, ""}
               : unset(Status::warning, name, fmt::format("{} keeps oneDNN from newer instructions", value));
}

Finding judge_lru_cache(const std::string& name, const std::string& value, const Facts& facts) {
    const auto capacity = machine::leading_integer(value);
    if (!capacity || *capacity <= 0) {
        return unset(
            Status::warning, name,
            fmt::format("{} must be positive{}", value, is_arm_torch(facts) ? "" : ": 0 makes x86 convolutions crash"));
    }
    if (is_arm_torch(facts)) {
        return unset(
            Status::notice, name,
            fmt::format("{} does nothing in newer LibTorch: convolutions and matmuls no longer read it", value));
    }
    return unset(Status::notice, name, fmt::format("{} has mostly no effect: oneDNN's own cache holds as much", value));
}

constexpr const char* why_math_mode =
    "oneDNN's math mode; read when the library is loaded, ONEDNN_ before DNNL_ (docs/facts.md)";
constexpr const char* why_cache =
    "without the cache each inference creates its kernels anew, 64 ms became 96 to 120 ms";
constexpr const char* why_verbose = "printing slows every kernel and floods the program's output";
constexpr const char* why_isa = "the fastest kernels are those for the newest instructions";

}  // namespace

const std::vector<Variable>& onednn_variables() {
    static const std::vector<Variable> table{
        {"DNNL_DEFAULT_FPMATH_MODE", why_math_mode, judge_math_mode},
        {"ONEDNN_DEFAULT_FPMATH_MODE", why_math_mode, judge_math_mode},
        {"DNNL_PRIMITIVE_CACHE_CAPACITY", why_cache, judge_primitive_cache},
        {"ONEDNN_PRIMITIVE_CACHE_CAPACITY", why_cache, judge_primitive_cache},
        {"DNNL_VERBOSE", why_verbose, judge_verbose},
        {"ONEDNN_VERBOSE", why_verbose, judge_verbose},
        {"DNNL_MAX_CPU_ISA", why_isa, judge_isa_limit},
        {"ONEDNN_MAX_CPU_ISA", why_isa, judge_isa_limit},
        {"LRU_CACHE_CAPACITY",
         "the Graviton guide's advice, from when ideep cached kernels above oneDNN "
         "(https://github.com/intel/ideep/pull/357 removed it on aarch64)",
         judge_lru_cache},
    };
    return table;
}

}  // namespace gravbench::doctor
