#include "figures/roofline.h"

#include <algorithm>
#include <cmath>

#include "audit/work.h"

namespace gravbench::figures {
namespace {

/// GFLOP/s and GB/s are 10^6 a millisecond.
constexpr double per_ms = 1e6;

bool is_of_amx(const std::string& implementation) {
    return implementation.find("amx") != std::string::npos;
}

/// 0 where the reading is of another unit of the CPU than the implementation.
double bf16_peak_for(const std::string& implementation, const Peaks& peaks) {
    return is_of_amx(implementation) && !peaks.is_of_amx ? 0 : peaks.bf16_gflops;
}

/// 0 where it is not known: no peak is measured for f16 and integers, and a log may hide the precision.
double peak_for(const audit::Kernel& kernel, const Peaks& peaks) {
    if (audit::is_f16(kernel) || kernel.is_precision_hidden) {
        return 0;
    }
    if (audit::is_bf16(kernel)) {
        return bf16_peak_for(kernel.implementation, peaks);
    }
    return kernel.source_type == "f32" && !is_of_amx(kernel.implementation) ? peaks.f32_gflops : 0;
}

double memory_ms(double bytes, const Peaks& peaks) {
    const auto level = std::find_if(peaks.levels.begin(), peaks.levels.end(),
                                    [&](const MemoryLevel& one) { return bytes <= one.bytes; });
    return level == peaks.levels.end() ? 0 : bytes / level->gb_per_s / per_ms;
}

}  // namespace

Peaks peaks_of(const machine::YardstickReading& best, const std::string& bf16_loop, const machine::Machine& machine) {
    Peaks peaks{best.threads, best.f32_gflops, best.bf16_gflops, bf16_loop == machine::amx_bf16, {}};
    const machine::Cache* second_level = machine::cache_of(machine, 2);
    const machine::Cache* last_level = machine::cache_of(machine, 3);
    if (second_level == nullptr || best.l2_gb_per_s <= 0 || best.memory_gb_per_s <= 0) {
        return peaks;
    }
    constexpr double everything = 1e18;
    peaks.levels.push_back({static_cast<double>(machine::bytes_of_all(*second_level, best.threads)), best.l2_gb_per_s});
    // Where the second-level caches hold the last one's working set, its rate is not measured.
    if (last_level != nullptr) {
        const double rate = best.llc_gb_per_s > 0 ? best.llc_gb_per_s : best.l2_gb_per_s;
        peaks.levels.push_back({static_cast<double>(machine::bytes_of_all(*last_level, machine.usable_cpus)), rate});
    }
    peaks.levels.push_back({everything, best.memory_gb_per_s});
    return peaks;
}

double raw_peak_of(const machine::PracticalPeak& practical, const Peaks& peaks) {
    constexpr double clearly = 1.1;
    const bool is_beyond_f32 = practical.type != "f32" && practical.gflops > clearly * peaks.f32_gflops;
    const bool is_in_bf16 = is_of_amx(practical.kernel) || practical.type == "bf16" || is_beyond_f32;
    return is_in_bf16 ? bf16_peak_for(practical.kernel, peaks) : peaks.f32_gflops;
}

double KernelLimit::ms() const {
    return std::max(arithmetic_ms, memory_ms);
}

bool KernelLimit::is_memory_bound() const {
    return memory_ms > arithmetic_ms;
}

std::optional<KernelLimit> limit_of(const audit::Kernel& kernel, const Peaks& peaks) {
    if (kernel.primitive == "reorder") {
        return KernelLimit{};
    }
    const auto operations = audit::floating_point_operations(kernel);
    const auto bytes = audit::bytes_moved(kernel);
    const double peak = peak_for(kernel, peaks);
    if (operations && peak <= 0) {
        return std::nullopt;
    }
    if (!operations && !bytes) {
        return std::nullopt;
    }
    return KernelLimit{operations ? *operations / peak / per_ms : 0, bytes ? memory_ms(*bytes, peaks) : 0};
}

std::optional<KernelLimit> limit_to_show(const audit::Kernel& kernel, const std::optional<Peaks>& peaks) {
    const auto limit = peaks ? limit_of(kernel, *peaks) : std::nullopt;
    return limit && limit->ms() > 0 && std::isfinite(limit->ms()) ? limit : std::nullopt;
}

std::optional<Roofline> roofline_of(const audit::Audit& audit, const Peaks& peaks, double model_flops) {
    Roofline roofline;
    double counted = 0;
    bool may_be_of_other_types = false;
    for (const audit::KernelUse& use : audit.kernels) {
        const double calls = audit.inferences > 0 ? static_cast<double>(use.calls) / audit.inferences : 0;
        if (calls == 0) {
            continue;
        }
        const auto operations = audit::floating_point_operations(use.kernel);
        const auto limit = limit_of(use.kernel, peaks);
        may_be_of_other_types |= audit::is_bf16(use.kernel) || audit::is_f16(use.kernel) ||
                                 use.kernel.primitive == "partition" || (is_compute(use.kernel) && !operations);
        if (operations && !limit) {
            return std::nullopt;  // A share of a peak that is not known.
        }
        counted += operations.value_or(0) * calls;
        if (limit) {
            roofline.arithmetic_ms += limit->arithmetic_ms * calls;
            roofline.limit_ms += limit->ms() * calls;
            roofline.memory_bound_ms += limit->is_memory_bound() ? limit->ms() * calls : 0;
        }
    }
    const double elsewhere = std::max(0.0, model_flops - counted);
    constexpr double noticeable = 0.05;
    roofline.flops = counted + elsewhere;
    const bool is_of_unknown_type = may_be_of_other_types && elsewhere > noticeable * roofline.flops;
    if (!(roofline.flops > 0) || !(peaks.f32_gflops > 0) || is_of_unknown_type) {
        return std::nullopt;
    }
    roofline.arithmetic_ms += elsewhere / peaks.f32_gflops / per_ms;
    roofline.limit_ms += elsewhere / peaks.f32_gflops / per_ms;
    // A damaged document's problems may have any size.
    return std::isfinite(roofline.limit_ms) ? std::optional(roofline) : std::nullopt;
}

}  // namespace gravbench::figures
