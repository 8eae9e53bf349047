#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

using machine::FakeHost;
using machine::self_on;

Facts confined_facts(std::vector<int> usable, const std::string& cpuset) {
    FakeHost host;
    make_x86_guest(host);
    host.file("proc/self/cgroup", "0::/\n").file("sys/fs/cgroup/cpuset.cpus.effective", cpuset + "\n");
    return facts_on(host, self_on("x86_64", std::move(usable)));
}

TEST_CASE("a cpuset of one CPU is told with the CPU, and who keeps the process there") {
    const Finding finding = found(confined_facts({2}, "2"), "usable cpus");
    CHECK(finding.status == Status::warning);
    CHECK_THAT(finding.text, Contains("may run on 1 of 4 CPUs (2), kept there by its cgroup's cpuset"));
    CHECK_THAT(finding.text, Contains("`threads: cores` is 1"));
}

TEST_CASE("an affinity of one CPU is told from a cpuset") {
    const Finding finding = found(confined_facts({2}, "0-3"), "usable cpus");
    CHECK(finding.status == Status::warning);
    CHECK_THAT(finding.text, Contains("by its affinity (taskset, numactl, ...)"));
    CHECK_THAT(finding.remedy, StartsWith("taskset -c 0-3"));
}

TEST_CASE("some of the CPUs are a notice, all of them are good") {
    CHECK(status_of(confined_facts({0, 1}, "0-1"), "usable cpus") == "notice");
    CHECK(status_of(confined_facts({0, 1, 2, 3}, "0-3"), "usable cpus") == "good");
}

TEST_CASE("a vCPU that is half a core is told, with the cores") {
    FakeHost host;
    make_x86_with_smt(host);
    const Finding finding = found(facts_on(host, self_on("x86_64", {0, 1, 2, 3})), "smt");
    CHECK(finding.status == Status::notice);
    CHECK_THAT(finding.text, Contains("4 usable CPUs are 2 cores"));
}

TEST_CASE("a core whose other half belongs to others is a warning") {
    FakeHost host;
    make_x86_with_smt(host);
    const Facts facts = facts_on(host, self_on("x86_64", {0, 1}));
    CHECK(status_of(facts, "smt") == "warning");
    CHECK_THAT(found(facts, "smt").text, Contains("2 usable CPUs are parts of 2 cores of 2 CPUs each"));
}

TEST_CASE("every vCPU of a Graviton is a core, and a guest's may be less") {
    CHECK(status_of(graviton3_facts(), "smt") == "good");
    CHECK(status_of(clean_facts(), "smt") == "unknown");
}

TEST_CASE("a quota below one CPU makes a machine unfit") {
    Facts facts = clean_facts();
    facts.machine.cpu_quota = 0.5;
    CHECK(status_of(facts, "cpu quota") == "unfit");
    CHECK_THAT(found(facts, "cpu quota").text, Contains("0.50 of one CPU"));
}

TEST_CASE("a quota below the cores is a warning, one above them is none") {
    Facts facts = clean_facts();
    facts.machine.cpu_quota = 2.5;
    CHECK(status_of(facts, "cpu quota") == "warning");
    CHECK_THAT(found(facts, "cpu quota").text, Contains("`threads: cores` is 2"));
    facts.machine.cpu_quota = 4;
    CHECK(status_of(facts, "cpu quota") == "good");
    facts.machine.cpu_quota.reset();
    CHECK(found(facts, "cpu quota").text == "none");
}

TEST_CASE("CPUs of several NUMA nodes are a warning only where they are used") {
    FakeHost host;
    make_x86_guest(host);
    host.file("sys/devices/system/node/online", "0-1\n")
        .file("sys/devices/system/node/node0/cpulist", "0-1\n")
        .file("sys/devices/system/node/node1/cpulist", "2-3\n");
    const Facts facts = facts_on(host, self_on("x86_64", {0, 1, 2, 3}));
    CHECK(status_of(facts, "numa") == "warning");
    CHECK(found(facts, "numa").remedy == "numactl --cpunodebind=0 --membind=0 gravbench ...");
    CHECK(found(facts_on(host, self_on("x86_64", {2, 3})), "numa").text == "all usable CPUs are on node 1");
}

}  // namespace
}  // namespace gravbench::doctor
