#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "doctor/check.h"
#include "doctor/openmp_places.h"
#include "doctor/variable.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

/// Where libgomp would bind threads, as the shell's variables say.
struct Binding {
    std::string by;  ///< "GOMP_CPU_AFFINITY=0"
    std::vector<Place> places;
    std::string names;  ///< the variables, for `unset`
};

bool is_off(const Facts& facts) {
    return lower(variable(facts, "OMP_PROC_BIND").value_or("")) == "false";
}

/// Threads go to the place of the first one, wherever the others are.
bool is_all_at_the_first(const Facts& facts) {
    const std::string policy = lower(variable(facts, "OMP_PROC_BIND").value_or(""));
    return policy == "master" || policy == "primary";
}

/// "cores(1)", "threads(2)" bind to that many places of one core or CPU each; counted in CPUs of the list of usable
/// ones, the first to the last, which is near enough for how many there are.
std::optional<std::vector<Place>> counted_places(const std::string& text, const Facts& facts) {
    const auto open = text.find('(');
    const auto count = open == std::string::npos ? std::nullopt : machine::leading_integer(text.substr(open + 1));
    const std::string unit = lower(text.substr(0, open));
    const bool is_counted = count && *count > 0 && (unit == "cores" || unit == "threads");
    if (!is_counted && unit != "cores" && unit != "threads") {
        return std::nullopt;
    }
    const auto size = unit == "cores" ? static_cast<std::size_t>(std::max(1, facts.machine.threads_per_core)) : 1;
    const auto& usable = facts.host.usable_cpus;
    const auto most = is_counted ? static_cast<std::size_t>(*count) : usable.size();
    std::vector<Place> places;
    for (std::size_t first = 0; first + size <= usable.size() && places.size() < most; first += size) {
        places.emplace_back(usable.begin() + static_cast<std::ptrdiff_t>(first),
                            usable.begin() + static_cast<std::ptrdiff_t>(first + size));
    }
    return places;
}

std::vector<Place> single_cpus(const std::vector<int>& cpus) {
    std::vector<Place> places;
    for (const int cpu : cpus) {
        places.push_back({cpu});
    }
    return places;
}

/// OMP_PLACES wins over GOMP_CPU_AFFINITY; OMP_PROC_BIND=false turns both off; any other policy alone binds each
/// thread to a CPU (all seen with the wheel's libgomp, docs/doctor.md).
std::optional<Binding> binding(const Facts& facts) {
    const auto places_text = variable(facts, "OMP_PLACES");
    const auto affinity = variable(facts, "GOMP_CPU_AFFINITY");
    const auto policy = variable(facts, "OMP_PROC_BIND");
    if (is_off(facts) || (!places_text && !affinity && !policy)) {
        return std::nullopt;
    }
    Binding found;
    std::optional<std::vector<Place>> places;
    if (places_text) {
        places = parse_places(*places_text);
        places = places ? places : counted_places(*places_text, facts);
        found = {"OMP_PLACES=" + *places_text, {}, "OMP_PLACES"};
    } else if (affinity) {
        places = parse_gomp_affinity(*affinity);
        found = {"GOMP_CPU_AFFINITY=" + *affinity, {}, "GOMP_CPU_AFFINITY"};
    } else {
        places = single_cpus(facts.host.usable_cpus);
    }
    if (policy) {
        found.by += (found.by.empty() ? "" : " ") + ("OMP_PROC_BIND=" + *policy);
        found.names += (found.names.empty() ? "" : " ") + std::string("OMP_PROC_BIND");
    }
    if (!places) {
        return std::nullopt;
    }
    found.places = *places;
    return found;
}

/// The CPUs of the places that threads are bound to, without those that may not be used.
std::vector<int> bound_cpus(const Binding& binding, const Facts& facts) {
    const auto& usable = facts.host.usable_cpus;
    std::set<int> cpus;
    for (const Place& place : binding.places) {
        for (const int cpu : place) {
            if (std::find(usable.begin(), usable.end(), cpu) != usable.end()) {
                cpus.insert(cpu);
            }
        }
        if (is_all_at_the_first(facts) && !cpus.empty()) {
            break;
        }
    }
    return {cpus.begin(), cpus.end()};
}

int wanted_threads(const Facts& facts) {
    const auto given = machine::leading_integer(variable(facts, "OMP_NUM_THREADS").value_or(""));
    return given && *given > 0 && *given < 4096 ? static_cast<int>(*given)
                                                : machine::usable_physical_cores(facts.machine);
}

std::vector<Finding> look_at_binding(const Facts& facts) {
    const std::optional<Binding> found = binding(facts);
    if (!found) {
        return {{Status::good, "the shell's variables bind no thread to a CPU", ""}};
    }
    const std::vector<int> cpus = bound_cpus(*found, facts);
    const int threads = wanted_threads(facts);
    const std::string remedy = "unset " + found->names;
    if (cpus.empty()) {
        return {{Status::warning, fmt::format("{} names no CPU that may be used", found->by), remedy}};
    }
    const std::string where = fmt::format("{} leaves {} threads the {} {}", found->by, threads,
                                          cpus.size() == 1 ? "CPU" : "CPUs", machine::cpu_list_text(cpus));
    if (cpus.size() == 1 && threads > 1) {
        return {{Status::unfit, where + ": they take turns on one core", remedy}};
    }
    if (static_cast<int>(cpus.size()) < threads) {
        return {{Status::warning, where + ": they take turns", remedy}};
    }
    return {
        {Status::notice,
         where + "; a program that loads libgomp is itself bound to the first, and so are the programs that it starts",
         remedy,
         {},
         "seen in https://github.com/pytorch/pytorch/issues/49971 and with a second libgomp in "
         "https://github.com/pytorch/pytorch/issues/149422"}};
}

}  // namespace

const std::vector<Check>& openmp_checks() {
    static const std::vector<Check> table{
        {"openmp affinity",
         "threads bound to one core run one after the other, whatever OMP_NUM_THREADS says; gravbench's engines do not "
         "get these variables, programs started from this shell do",
         look_at_binding},
    };
    return table;
}

}  // namespace gravbench::doctor
