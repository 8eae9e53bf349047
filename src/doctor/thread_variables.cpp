#include <fmt/format.h>

#include <algorithm>

#include "doctor/variable.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

bool names_other_openmp(const std::string& text) {
    return text.find("libiomp") != std::string::npos || text.find("libomp") != std::string::npos;
}

/// Intel's or LLVM's runtime, in the engine or through the shell's LD_PRELOAD. The wheels link GNU's.
bool has_other_openmp(const Facts& facts) {
    const bool is_in_engine =
        facts.engine && std::any_of(facts.engine->openmp.begin(), facts.engine->openmp.end(), names_other_openmp);
    return is_in_engine || names_other_openmp(variable(facts, "LD_PRELOAD").value_or(""));
}

Finding judge_threads(const std::string& name, const std::string& value, const Facts& facts) {
    const auto threads = machine::leading_integer(value);
    const int usable = facts.machine.usable_cpus;
    const int cores = machine::usable_physical_cores(facts.machine);
    if (!threads || *threads < 1) {
        return unset(Status::warning, name, fmt::format("{} is no number of threads", value));
    }
    if (usable > 0 && *threads > usable) {
        return {Status::warning, fmt::format("{} threads share {} usable CPUs", *threads, usable),
                fmt::format("export {}={}", name, cores)};
    }
    if (*threads < cores) {
        return {Status::notice, fmt::format("{} of {} cores are used", *threads, cores),
                fmt::format("export {}={}, unless several processes share the machine", name, cores)};
    }
    return {Status::good, value, ""};
}

Finding judge_other_threads(const std::string& name, const std::string& value, const Facts& facts) {
    const auto of_all = variable(facts, "OMP_NUM_THREADS");
    if (of_all && machine::leading_integer(*of_all) != machine::leading_integer(value)) {
        return unset(Status::warning, name,
                     fmt::format("{}, but OMP_NUM_THREADS is {}: which holds depends on the library", value, *of_all));
    }
    return judge_threads(name, value, facts);
}

Finding judge_gomp_affinity(const std::string& name, const std::string& value, const Facts& facts) {
    if (lower(variable(facts, "OMP_PROC_BIND").value_or("")) == "false") {
        return unset(Status::warning, name, fmt::format("{} does nothing: OMP_PROC_BIND=false turns it off", value));
    }
    if (const auto places = variable(facts, "OMP_PLACES")) {
        return unset(Status::warning, name, fmt::format("{} does nothing: OMP_PLACES={} wins", value, *places));
    }
    return unset(Status::notice, name, fmt::format("{}; see \"openmp affinity\"", value));
}

Finding judge_places(const std::string& name, const std::string& value, const Facts& facts) {
    if (lower(variable(facts, "OMP_PROC_BIND").value_or("")) == "false") {
        return unset(
            Status::notice, name,
            fmt::format("{} does nothing beside OMP_PROC_BIND=false (the Graviton guide exports both)", value));
    }
    return unset(Status::notice, name, fmt::format("{}; see \"openmp affinity\"", value));
}

Finding judge_binding(const std::string& name, const std::string& value, const Facts&) {
    static const std::vector<std::string> policies{"true", "false", "master", "primary", "close", "spread"};
    const std::string policy = lower(value.substr(0, value.find(',')));
    if (std::find(policies.begin(), policies.end(), policy) == policies.end()) {
        return unset(Status::warning, name, fmt::format("{} is not one of {}", value, fmt::join(policies, ", ")));
    }
    return policy == "false" ? Finding{Status::good, value, ""}
                             : unset(Status::notice, name, fmt::format("{}; see \"openmp affinity\"", value));
}

Finding judge_intel(const std::string& name, const std::string& value, const Facts& facts) {
    if (name == "KMP_DUPLICATE_LIB_OK") {
        return unset(Status::warning, name,
                     fmt::format("{} hides that there are two OpenMP runtimes in a process", value));
    }
    if (has_other_openmp(facts)) {
        return {Status::good, value + ", read by the Intel or LLVM runtime that is loaded", ""};
    }
    return unset(Status::notice, name, fmt::format("{} does nothing: LibTorch's wheels use GNU's OpenMP", value));
}

Finding judge_preload(const std::string& name, const std::string& value, const Facts&) {
    if (names_other_openmp(value)) {
        return unset(Status::warning, name,
                     fmt::format("{} puts a second OpenMP runtime beside the wheel's libgomp", value));
    }
    return unset(
        Status::notice, name,
        fmt::format("{} changes every program of this shell; gravbench run --allocator does so for one cell", value));
}

constexpr const char* why_threads = "threads that share a CPU keep each other waiting at every barrier";
constexpr const char* why_binding = "how libgomp binds threads; read when it is loaded";

}  // namespace

const std::vector<Variable>& thread_variables() {
    static const std::vector<Variable> table{
        {"OMP_NUM_THREADS", why_threads, judge_threads},
        {"MKL_NUM_THREADS", why_threads, judge_other_threads},
        {"OPENBLAS_NUM_THREADS", why_threads, judge_other_threads},
        {"GOMP_CPU_AFFINITY", why_binding, judge_gomp_affinity},
        {"OMP_PLACES", why_binding, judge_places},
        {"OMP_PROC_BIND", why_binding, judge_binding},
        {"KMP_*", "variables of Intel's and LLVM's OpenMP, which guides for Intel CPUs name", judge_intel},
        {"LD_PRELOAD", "what is preloaded replaces functions in every program", judge_preload},
    };
    return table;
}

}  // namespace gravbench::doctor
