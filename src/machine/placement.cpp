#include "machine/placement.h"

#include <sched.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <numeric>

namespace gravbench::machine {
namespace {

/// Where runs of so many neighbouring cores begin, so that all cores are in one of them.
std::vector<int> starts_within(int cores, int threads) {
    std::vector<int> starts;
    for (int start = 0; start + threads <= cores; start += threads) {
        starts.push_back(start);
    }
    if (cores % threads != 0) {
        starts.push_back(cores - threads);
    }
    return starts;
}

/// Where launches of so many threads begin, as places in the list of cores: within a package where one has as many.
std::vector<int> starts_of(const std::vector<Core>& cores, int threads) {
    std::vector<int> starts;
    const int all = static_cast<int>(cores.size());
    for (int begin = 0, end = 0; begin < all; begin = end) {
        while (end < all &&
               cores[static_cast<std::size_t>(end)].package == cores[static_cast<std::size_t>(begin)].package) {
            ++end;
        }
        if (end - begin >= threads) {
            for (const int start : starts_within(end - begin, threads)) {
                starts.push_back(begin + start);
            }
        }
    }
    return starts.empty() && all >= threads ? starts_within(all, threads) : starts;
}

/// Of cores of several kinds, the fast ones. Those of one kind differ by some percent at their highest frequency.
std::vector<Core> fast_cores(const std::vector<Core>& cores) {
    std::int64_t highest = 0;
    for (const Core& core : cores) {
        highest = std::max(highest, core.capacity);
    }
    std::vector<Core> fast;
    std::copy_if(cores.begin(), cores.end(), std::back_inserter(fast),
                 [&](const Core& core) { return core.capacity >= highest - highest / 8; });
    return fast;
}

}  // namespace

std::vector<int> cpus_for_launch(const std::vector<Core>& all_cores, int threads, int number) {
    const std::vector<Core> cores = fast_cores(all_cores);
    const auto all = std::accumulate(all_cores.begin(), all_cores.end(), std::size_t{0},
                                     [](std::size_t sum, const Core& core) { return sum + core.cpus.size(); });
    const bool has_choice = threads > 0 && static_cast<std::size_t>(threads) < all && number >= 0;
    const std::vector<int> starts = has_choice ? starts_of(cores, threads) : std::vector<int>();
    if (starts.empty()) {
        return {};
    }
    const auto first = cores.begin() + starts[static_cast<std::size_t>(number) % starts.size()];
    std::vector<int> cpus;
    std::transform(first, first + threads, std::back_inserter(cpus),
                   [](const Core& core) { return core.cpus.front(); });
    return cpus;
}

bool keep_to(int thread, const std::vector<int>& cpus) {
    if (cpus.empty()) {
        return false;
    }
    const int most = *std::max_element(cpus.begin(), cpus.end()) + 1;
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(most), [](cpu_set_t* p) { CPU_FREE(p); });
    const std::size_t bytes = CPU_ALLOC_SIZE(most);
    if (set == nullptr) {
        return false;
    }
    CPU_ZERO_S(bytes, set.get());
    for (const int cpu : cpus) {
        CPU_SET_S(cpu, bytes, set.get());
    }
    return ::sched_setaffinity(thread, bytes, set.get()) == 0;
}

OnCpus::OnCpus(const std::vector<int>& cpus)
    : before_(cpus.empty() ? std::vector<int>() : read_self().usable_cpus), is_kept_(keep_to(0, cpus)) {}

OnCpus::~OnCpus() {
    if (is_kept_) {
        keep_to(0, before_);
    }
}

}  // namespace gravbench::machine
