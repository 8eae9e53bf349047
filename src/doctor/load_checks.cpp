#include <fmt/format.h>

#include "doctor/check.h"

namespace gravbench::doctor {
namespace {

/// The kernel counts in ticks of mostly 10 ms; of fewer than these a single one is too large a part.
constexpr std::int64_t fewest_ticks = 40;

Finding too_short(const Activity& activity) {
    return {Status::unknown, fmt::format("{} ticks of the kernel are too few to tell", activity.ticks),
            "gravbench doctor --duration 1s"};
}

std::string processes_text(const std::vector<BusyProcess>& processes) {
    std::vector<std::string> texts;
    for (const BusyProcess& process : processes) {
        texts.push_back(fmt::format("{} ({}) {:.0f}%", process.name, process.id, 100 * process.cpus));
    }
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string way_out(const std::vector<BusyProcess>& processes) {
    std::vector<int> ids;
    for (const BusyProcess& process : processes) {
        ids.push_back(process.id);
    }
    return ids.empty()
               ? "see what runs: top -o %CPU"
               : fmt::format("end them or wait; what they are: ps -o pid,etime,args -p {}", fmt::join(ids, ","));
}

std::vector<Finding> look_at_load(const Facts& facts) {
    const Activity& activity = facts.quiet;
    if (activity.ticks < fewest_ticks) {
        return {too_short(activity)};
    }
    const std::string culprits = processes_text(activity.busiest);
    const std::string text = fmt::format("others keep {:.2f} of {} usable CPUs busy{}{}", activity.competing_cpus,
                                         activity.cpus, culprits.empty() ? "" : ": ", culprits);
    const std::string remedy = way_out(activity.busiest);
    if (activity.competing_cpus >= 0.9) {
        return {{Status::unfit, text, remedy}};
    }
    return {{activity.competing_cpus >= 0.25 ? Status::warning : Status::good, text,
             activity.competing_cpus >= 0.25 ? remedy : ""}};
}

std::vector<Finding> look_at_steal(const Facts& facts) {
    const Activity& activity = facts.loaded;
    if (activity.ticks < fewest_ticks) {
        return {too_short(activity)};
    }
    const std::string text = fmt::format("{:.1f}% of the time went to other guests", 100 * activity.stolen_share);
    const char* const remedy =
        "take a dedicated or larger instance, or one that does not run on CPU credits (t2, t3, t4g)";
    if (activity.stolen_share >= 0.05) {
        return {{Status::unfit, text, remedy}};
    }
    return {{activity.stolen_share >= 0.01 ? Status::warning : Status::good, text,
             activity.stolen_share >= 0.01 ? remedy : ""}};
}

std::vector<Finding> look_at_swapping(const Facts& facts) {
    const std::int64_t pages = facts.quiet.swapped_pages + facts.loaded.swapped_pages;
    constexpr std::int64_t too_many = 256;  // 1 MiB
    const char* const remedy =
        "stop what needs the memory (ps -eo pid,rss,comm --sort=-rss | head), then: sudo swapoff -a";
    if (pages > 0) {
        return {{pages >= too_many ? Status::unfit : Status::warning,
                 fmt::format("{} pages were swapped during the measurement", pages), remedy}};
    }
    const std::int64_t used = facts.host.swap_used_bytes.value_or(0);
    if (used > 0) {
        return {{Status::notice, fmt::format("{} MiB are swapped out, none moved now", used >> 20), remedy}};
    }
    return {{Status::good, "none", ""}};
}

std::vector<Finding> look_at_timer(const Facts& facts) {
    const std::string text = fmt::format("a look at the clock takes {:.0f} ns, it advances by {:.0f} ns",
                                         facts.timer.cost_ns, facts.timer.resolution_ns);
    // A twentieth of the shortest inference that gravbench's own overhead is measured with (README).
    const bool is_coarse = facts.timer.cost_ns >= 1000 || facts.timer.resolution_ns >= 1000;
    return {{is_coarse ? Status::warning : Status::good, text,
             is_coarse ? "see \"clock source\"; inferences of a millisecond and more do not suffer" : ""}};
}

std::vector<Finding> look_at_noise(const Facts& facts) {
    if (!facts.noise) {
        return {{Status::unknown, "there was too little time to tell", "gravbench doctor --duration 1s"}};
    }
    const Noise& noise = *facts.noise;
    const std::string text = fmt::format(
        "the same work, {} times in {} threads: {:.2f} times as long as undisturbed, variation {:.1f}%, longest "
        "interruption {:.1f} ms",
        noise.repetitions, noise.threads, noise.slowdown, 100 * noise.variation, noise.longest_gap_ms);
    const bool is_noisy = noise.slowdown >= 1.2 || noise.variation >= 0.05 || noise.longest_gap_ms >= 50;
    return {{is_noisy ? Status::warning : Status::good, text,
             is_noisy ? "gravbench interleaves and repeats launches, so figures stay fair but intervals grow: "
                        "gravbench run --launches 10"
                      : ""}};
}

}  // namespace

const std::vector<Check>& load_checks() {
    static const std::vector<Check> table{
        {"competing load",
         "one busy process turned inferences of 90 ms into 1150 ms: barriers wait for the slower core (docs/facts.md)",
         look_at_load},
        {"steal", "time that the hypervisor gave to others counts as the model's", look_at_steal},
        {"swapping", "reading a page back takes longer than most kernels", look_at_swapping},
        {"timer", "what the clock costs is part of every sample", look_at_timer},
        {"noise", "differences smaller than the machine's own variation cannot be seen", look_at_noise},
    };
    return table;
}

}  // namespace gravbench::doctor
