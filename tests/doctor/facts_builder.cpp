#include "doctor/facts_builder.h"

#include "catch.h"

namespace gravbench::doctor {

using machine::FakeHost;
using machine::self_on;

Facts facts_on(const FakeHost& host, const machine::Self& self) {
    Facts facts;
    facts.machine = host.read(self);
    facts.host = read_host(self, host.root());
    facts.timer = {25, 1};
    facts.noise = Noise{4, 400, 0.002, 1.01, 0.5};
    facts.quiet.ticks = facts.loaded.ticks = 200;
    facts.quiet.cpus = facts.loaded.cpus = facts.machine.usable_cpus;
    return facts;
}

void make_x86_guest(FakeHost& host) {
    std::string cpuinfo;
    for (int cpu = 0; cpu < 4; ++cpu) {
        const std::string number = std::to_string(cpu);
        cpuinfo += "processor\t: " + number +
                   "\nmodel name\t: Intel(R) Xeon(R) Platinum 8488C\nflags\t\t: fma avx2 avx512f avx512_bf16 amx_bf16 "
                   "hypervisor\n\n";
        host.file("sys/devices/system/cpu/cpu" + number + "/topology/thread_siblings_list", number + "\n");
    }
    host.file("proc/cpuinfo", cpuinfo)
        .file("proc/sys/kernel/arch", "x86_64\n")
        .file("proc/meminfo", "MemTotal: 16000000 kB\nMemAvailable: 15000000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n")
        .file("proc/loadavg", "0.02 0.01 0.00 1/99 4711\n")
        .file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
        .file("sys/devices/system/cpu/online", "0-3\n")
        .file("sys/devices/system/node/online", "0\n")
        .file("sys/devices/system/node/node0/cpulist", "0-3\n")
        .file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
}

Facts clean_facts() {
    FakeHost host;
    make_x86_guest(host);
    return facts_on(host, self_on("x86_64", {0, 1, 2, 3}));
}

Facts graviton3_facts() {
    FakeHost host;
    make_graviton3(host);
    host.file("sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "0x00000000411fd401\n");
    return facts_on(host, self_on("aarch64", {0, 1, 2, 3}));
}

Engine x86_engine() {
    protocol::EngineDescription description;
    description.name = "torch";
    description.version = "2.13.0";
    description.libraries = {
        {"torch", "2.13.0"}, {"onednn", "3.12.0"}, {"acl", std::nullopt}, {"blas", "mkl"}, {"openmp", "libgomp.so.1"}};
    description.arch = "x86_64";
    description.cpu = "Intel(R) Xeon(R) Platinum 8488C";
    description.isa = "AVX512";
    return engine_from(description);
}

Engine arm_engine() {
    Engine engine = x86_engine();
    engine.description.arch = "aarch64";
    engine.description.cpu = "Neoverse V1";
    engine.description.isa = "SVE256";
    engine.acl = "libarm_compute.so";
    engine.blas = "open";
    return engine;
}

Finding found(const Facts& facts, const std::string& name) {
    std::vector<Finding> all;
    for (const Finding& finding : diagnose(facts)) {
        if (finding.name == name) {
            all.push_back(finding);
        }
    }
    INFO(name);
    REQUIRE(all.size() == 1);
    return all.front();
}

bool is_found(const Facts& facts, const std::string& name) {
    for (const Finding& finding : diagnose(facts)) {
        if (finding.name == name) {
            return true;
        }
    }
    return false;
}

std::string status_of(const Facts& facts, const std::string& name) {
    return name_of(found(facts, name).status);
}

}  // namespace gravbench::doctor
