#include "machine/placement.h"

#include <set>

#include "catch.h"
#include "fake_host.h"

namespace gravbench::machine {
namespace {

using Cpus = std::vector<int>;

std::vector<Core> cores_of(int packages, int each) {
    std::vector<Core> cores;
    for (int core = 0; core < packages * each; ++core) {
        cores.push_back({core / each, {core}});
    }
    return cores;
}

TEST_CASE("threads of a core belong together, and a CPU that may not be used to none") {
    FakeHost host;
    make_x86_with_smt(host);
    const std::vector<Core> cores = usable_cores(self_on("x86_64", {0, 1, 2}), host.root());
    REQUIRE(cores.size() == 2);
    CHECK(cores[0].cpus == Cpus{0, 2});
    CHECK(cores[1].cpus == Cpus{1});
}

TEST_CASE("cores are sorted by package, and where the kernel hides them each CPU is one") {
    FakeHost host;
    for (int cpu = 0; cpu < 4; ++cpu) {
        host.file("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/physical_package_id",
                  cpu % 2 == 0 ? "1\n" : "0\n");
    }
    const std::vector<Core> cores = usable_cores(self_on("aarch64", {0, 1, 2, 3}), host.root());
    REQUIRE(cores.size() == 4);
    CHECK(cores[0].cpus == Cpus{1});
    CHECK(cores[1].cpus == Cpus{3});
    CHECK(cores[2].cpus == Cpus{0});
    CHECK(cores[2].package == 1);
    CHECK(usable_cores(self_on("aarch64", {5, 7}), FakeHost().root()).size() == 2);
}

TEST_CASE("launches take turns on the cores") {
    const std::vector<Core> cores = cores_of(1, 4);
    CHECK(cpus_for_launch(cores, 1, 0) == Cpus{0});
    CHECK(cpus_for_launch(cores, 1, 3) == Cpus{3});
    CHECK(cpus_for_launch(cores, 1, 4) == Cpus{0});
    CHECK(cpus_for_launch(cores, 2, 1) == Cpus{2, 3});
    // Three and one are left: the last ones begin further down.
    CHECK(cpus_for_launch(cores, 3, 0) == Cpus{0, 1, 2});
    CHECK(cpus_for_launch(cores, 3, 1) == Cpus{1, 2, 3});
}

TEST_CASE("a launch stays within a package where it can") {
    const std::vector<Core> cores = cores_of(2, 3);
    std::set<int> used;
    for (int number = 0; number < 4; ++number) {
        const Cpus chosen = cpus_for_launch(cores, 2, number);
        REQUIRE(chosen.size() == 2);
        CHECK(chosen[0] / 3 == chosen[1] / 3);
        used.insert(chosen.begin(), chosen.end());
    }
    CHECK(used.size() == 6);
    CHECK(cpus_for_launch(cores, 5, 0) == Cpus{0, 1, 2, 3, 4});
}

TEST_CASE("threads have cores of their own, and nothing is chosen where there is no choice") {
    const std::vector<Core> with_smt{{0, {0, 2}}, {0, {1, 3}}};
    CHECK(cpus_for_launch(with_smt, 2, 0) == Cpus{0, 1});
    CHECK(cpus_for_launch(with_smt, 3, 0).empty());
    CHECK(cpus_for_launch(cores_of(1, 2), 2, 0).empty());
    CHECK(cpus_for_launch(cores_of(1, 2), 0, 0).empty());
    CHECK(cpus_for_launch({}, 1, 0).empty());
}

TEST_CASE("cores that are slower by design are left out") {
    const std::vector<std::string> frequencies{"5000000", "5200000", "3800000", "3800000"};
    FakeHost host;
    for (std::size_t cpu = 0; cpu < frequencies.size(); ++cpu) {
        host.file("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/cpuinfo_max_freq", frequencies[cpu]);
    }
    const std::vector<Core> cores = usable_cores(self_on("x86_64", {0, 1, 2, 3}), host.root());
    CHECK(cpus_for_launch(cores, 1, 0) == Cpus{0});
    CHECK(cpus_for_launch(cores, 1, 1) == Cpus{1});
    CHECK(cpus_for_launch(cores, 1, 2) == Cpus{0});
    CHECK(cpus_for_launch(cores, 2, 5) == Cpus{0, 1});
    CHECK(cpus_for_launch(cores, 3, 0).empty());
}

TEST_CASE("a thread is kept to CPUs for a while only") {
    const Cpus before = read_self().usable_cpus;
    REQUIRE_FALSE(before.empty());
    {
        const OnCpus kept({before.back()});
        CHECK(kept.is_kept());
        CHECK(read_self().usable_cpus == Cpus{before.back()});
    }
    CHECK(read_self().usable_cpus == before);
    CHECK_FALSE(OnCpus({}).is_kept());
    CHECK_FALSE(OnCpus({65535}).is_kept());  // There is no such CPU.
    CHECK(read_self().usable_cpus == before);
}

}  // namespace
}  // namespace gravbench::machine
