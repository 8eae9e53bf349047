#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

using machine::FakeHost;

Facts guest_with(const std::string& path, const std::string& text) {
    FakeHost host;
    make_x86_guest(host);
    host.file(path, text);
    return facts_on(host, machine::self_on("x86_64", {0, 1, 2, 3}));
}

TEST_CASE("a kernel older than the Graviton guide wants is a warning on Arm alone") {
    for (Facts facts : {graviton3_facts(), clean_facts()}) {
        facts.machine.kernel = "4.14.219-161.340.amzn2";
        CHECK(status_of(facts, "kernel") == (facts.machine.arch == "aarch64" ? "warning" : "good"));
        facts.machine.kernel = "5.10.50-45.132.amzn2.aarch64";
        CHECK(status_of(facts, "kernel") == "good");
        facts.machine.kernel = "";
        CHECK(status_of(facts, "kernel") == "unknown");
    }
}

TEST_CASE("huge pages that are never used are a warning with the command that mends it") {
    Facts facts = clean_facts();
    facts.machine.thp = "never";
    CHECK(status_of(facts, "huge pages") == "warning");
    CHECK_THAT(found(facts, "huge pages").remedy, StartsWith("echo madvise | sudo tee"));
    facts.machine.thp = "always";
    CHECK(status_of(facts, "huge pages") == "notice");
    facts.machine.thp = "";
    CHECK(status_of(facts, "huge pages") == "unknown");
}

TEST_CASE("a guest's missing governor is unknown, a saving one is a warning") {
    Facts facts = clean_facts();
    CHECK(status_of(facts, "governor") == "unknown");
    facts.machine.governor = "schedutil";
    CHECK(status_of(facts, "governor") == "warning");
    facts.machine.governor = "performance";
    CHECK(status_of(facts, "governor") == "good");
}

TEST_CASE("Intel's switch for turbo and that of other drivers mean the opposite") {
    const std::string cpus = "sys/devices/system/cpu/";
    CHECK(status_of(guest_with(cpus + "intel_pstate/no_turbo", "0\n"), "turbo") == "notice");
    CHECK(status_of(guest_with(cpus + "intel_pstate/no_turbo", "1\n"), "turbo") == "good");
    const Finding boost = found(guest_with(cpus + "cpufreq/boost", "1\n"), "turbo");
    CHECK(boost.status == Status::notice);
    CHECK(boost.remedy == "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost");
    CHECK(status_of(clean_facts(), "turbo") == "unknown");
}

TEST_CASE("a clock that asks a device is a warning") {
    Facts facts = clean_facts();
    for (const char* slow : {"hpet", "acpi_pm", "xen"}) {
        facts.host.clock_source = slow;
        CHECK(status_of(facts, "clock source") == "warning");
    }
    CHECK_THAT(found(facts, "clock source").remedy, StartsWith("boot with clocksource=tsc"));
    facts.host.clock_sources = {"xen", "tsc"};
    CHECK_THAT(found(facts, "clock source").remedy, StartsWith("echo tsc | sudo tee"));
}

TEST_CASE("the clocks of Intel, Arm and KVM are good, an unheard of one is unknown") {
    Facts facts = clean_facts();
    for (const char* fast : {"tsc", "arch_sys_counter", "kvm-clock"}) {
        facts.host.clock_source = fast;
        CHECK(status_of(facts, "clock source") == "good");
    }
    facts.host.clock_source = "sundial";
    CHECK(status_of(facts, "clock source") == "unknown");
}

TEST_CASE("a container's memory limit counts like little memory") {
    FakeHost host;
    make_x86_guest(host);
    host.file("proc/self/cgroup", "0::/\n").file("sys/fs/cgroup/memory.max", "1073741824\n");
    const Facts facts = facts_on(host, machine::self_on("x86_64", {0}));
    CHECK(status_of(facts, "memory") == "warning");
    CHECK_THAT(found(facts, "memory").text, Contains("the cgroup allows 1.0 GiB"));
}

TEST_CASE("little memory is a warning") {
    CHECK(status_of(guest_with("proc/meminfo", "MemTotal: 4000000 kB\nMemAvailable: 1000000 kB\n"), "memory") ==
          "warning");
    CHECK(status_of(clean_facts(), "memory") == "good");
    CHECK(status_of(guest_with("proc/meminfo", "nonsense\n"), "memory") == "unknown");
}

}  // namespace
}  // namespace gravbench::doctor
