#include "machine/machine.h"

#include "catch.h"
#include "fake_host.h"

namespace gravbench::machine {
namespace {

using Names = std::vector<std::string>;

const Self graviton_self = self_on("aarch64", {0, 1, 2, 3});

TEST_CASE("a Graviton3 instance is known by its type and its processor") {
    FakeHost host;
    make_graviton3(host);
    const Machine machine = host.read(graviton_self);
    CHECK(machine.instance_type == "c7g.xlarge");
    CHECK(machine.arch == "aarch64");
    CHECK(machine.cpu == "Neoverse V1 (Graviton3)");
    CHECK(machine.kernel == "6.1.0-test");
    CHECK(machine.memory_bytes == 7921972LL * 1024);
    CHECK(machine.thp == "madvise");
    CHECK(machine.governor.empty());
    CHECK(machine.isa ==
          Names{"asimd", "fphp", "asimdhp", "asimddp", "sve", "asimdfhm", "svei8mm", "svebf16", "i8mm", "bf16"});
}

TEST_CASE("every vCPU of a Graviton is a core") {
    FakeHost host;
    make_graviton3(host);
    const Machine machine = host.read(graviton_self);
    CHECK(machine.vcpus == 4);
    CHECK(machine.usable_cpus == 4);
    CHECK(machine.physical_cores == 4);
    CHECK(machine.threads_per_core == 1);
    CHECK(usable_physical_cores(machine) == 4);
}

TEST_CASE("caches are told with size and the number of CPUs that share them") {
    FakeHost host;
    make_graviton3(host);
    const Machine machine = host.read(graviton_self);
    REQUIRE(machine.caches.size() == 4);
    CHECK(machine.caches[0].type == "Data");
    CHECK(machine.caches[2].level == 2);
    CHECK(machine.caches[2].size_bytes == 1 << 20);
    CHECK(machine.caches[2].shared_by == 1);
    CHECK(machine.caches[3].size_bytes == 32 << 20);
    CHECK(machine.caches[3].shared_by == 4);
}

TEST_CASE("a Neoverse core outside of EC2 is no Graviton") {
    FakeHost host;
    make_graviton3(host);
    host.file("sys/devices/virtual/dmi/id/sys_vendor", "QEMU\n");
    const Machine machine = host.read(graviton_self);
    CHECK(machine.cpu == "Neoverse V1");
    CHECK_FALSE(machine.instance_type);
}

TEST_CASE("a product name that is no instance type is none") {
    FakeHost host;
    make_graviton3(host);
    host.file("sys/devices/virtual/dmi/id/product_name", "HVM domU\n");
    CHECK_FALSE(host.read(graviton_self).instance_type);
}

TEST_CASE("an Arm core is named by its number even where the kernel gives a model name") {
    FakeHost host;
    host.file(
        "proc/cpuinfo",
        "processor\t: 0\nmodel name\t: ARMv8 Processor rev 1 (v8l)\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
    CHECK(host.read(self_on("aarch64", {0})).cpu == "Neoverse N1");
}

TEST_CASE("cores of different kinds are all named") {
    FakeHost host;
    host.file("proc/cpuinfo",
              "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n\n"
              "processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n\n"
              "processor\t: 2\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n");
    CHECK(host.read(self_on("aarch64", {0, 1, 2})).cpu == "Cortex-A53 + Cortex-A72");
}

TEST_CASE("two threads of one core that may be used are one core") {
    FakeHost host;
    make_x86_with_smt(host);
    const Machine machine = host.read(self_on("x86_64", {0, 2}));
    CHECK(machine.vcpus == 4);
    CHECK(machine.usable_cpus == 2);
    CHECK(machine.physical_cores == 1);
    CHECK(machine.threads_per_core == 2);
    CHECK(usable_physical_cores(machine) == 1);
}

TEST_CASE("one thread of each of two cores makes two cores") {
    FakeHost host;
    make_x86_with_smt(host);
    const Machine machine = host.read(self_on("x86_64", {0, 1}));
    CHECK(machine.physical_cores == 2);
    CHECK(machine.threads_per_core == 2);
}

TEST_CASE("an x86 machine is known by its brand string and what matters of its flags") {
    FakeHost host;
    make_x86_with_smt(host);
    const Machine machine = host.read(self_on("x86_64", {0, 1, 2, 3}));
    CHECK(machine.cpu == "Intel(R) Xeon(R) Platinum 8488C");
    CHECK(machine.isa == Names{"fma", "avx2", "avx512f", "avx_vnni", "avx512_bf16", "avx512_vnni", "amx_bf16",
                               "avx512_fp16", "amx_tile", "amx_int8"});
}

TEST_CASE("the governor is that of the CPUs that may be used") {
    FakeHost host;
    make_x86_with_smt(host);
    CHECK(host.read(self_on("x86_64", {0})).governor == "performance");
    CHECK(host.read(self_on("x86_64", {3})).governor == "powersave");
}

TEST_CASE("where /sys is hidden x86 cores are counted from /proc/cpuinfo") {
    FakeHost host;
    make_x86_with_smt(host);
    host.remove("sys");
    const Machine machine = host.read(self_on("x86_64", {0, 1, 2}));
    CHECK(machine.vcpus == 4);
    CHECK(machine.physical_cores == 2);
    CHECK(machine.threads_per_core == 2);
}

TEST_CASE("machines are told apart by an id that does not give theirs away") {
    const auto id_of = [](const std::string& text) {
        FakeHost host;
        host.file("etc/machine-id", text);
        return host.read(Self{}).id;
    };
    const std::string one = "0123456789abcdef0123456789abcdef";
    REQUIRE(id_of(one + "\n"));
    CHECK(id_of(one + "\n")->size() == 16);
    CHECK_FALSE(one.find(*id_of(one)) != std::string::npos);
    CHECK(id_of(one) == id_of(one + "\n"));
    CHECK(id_of(one) != id_of("1123456789abcdef0123456789abcdef"));
    CHECK_FALSE(id_of(""));
    CHECK_FALSE(id_of("uninitialized\n"));
    const Machine machine = machine_from(Json{{"id", "0123456789abcdef"}}, "machine");
    CHECK(machine.id == "0123456789abcdef");
    CHECK(to_json(machine).at("id") == "0123456789abcdef");
}

TEST_CASE("a host that shows nothing is unknown, not guessed") {
    const FakeHost host;
    const Json json = to_json(host.read(Self{}));
    for (const char* member : {"id", "instance_type", "arch", "cpu", "vcpus", "usable_cpus", "physical_cores",
                               "threads_per_core", "memory_bytes", "kernel", "thp", "governor", "cpu_quota"}) {
        INFO(member);
        REQUIRE(json.contains(member));
        CHECK(json.at(member).is_null());
    }
    CHECK(json.at("isa") == Json::array());
    CHECK(json.at("caches") == Json::array());
}

TEST_CASE("a container without topology counts every usable CPU as a core") {
    const FakeHost host;
    CHECK(usable_physical_cores(host.read(self_on("aarch64", {4, 5, 6}))) == 3);
    CHECK(usable_physical_cores(host.read(Self{})) == 1);
}

TEST_CASE("a root that does not exist is an unknown machine") {
    CHECK(read_machine(Self{}, "/nonexistent/root").cpu.empty());
    CHECK(out_of_memory_kills("/nonexistent/root") == 0);
}

TEST_CASE("malformed files are unknown, never a crash") {
    FakeHost host;
    const std::string garbage =
        GENERATE(std::string("\n"), std::string(":\n:::\n"), std::string("99999999999999999999K"), std::string("-5"),
                 std::string("0-99999999"), std::string("\x00\xff\x01", 3), std::string("] [ x"),
                 std::string("MemTotal: -1 kB"), std::string("processor:x\ncore id:"));
    for (const char* path :
         {"proc/cpuinfo", "proc/meminfo", "proc/vmstat", "proc/self/cgroup", "sys/fs/cgroup/cpu.max",
          "sys/devices/system/cpu/online", "sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
          "sys/devices/system/cpu/cpu0/cache/index0/level", "sys/devices/system/cpu/cpu0/cache/index0/size",
          "sys/kernel/mm/transparent_hugepage/enabled"}) {
        host.file(path, garbage);
    }
    const Machine machine = host.read(self_on("x86_64", {0, 70000}));
    CHECK(machine.vcpus == 0);
    CHECK(machine.physical_cores == 0);
    CHECK(machine.memory_bytes == 0);
    CHECK(machine.thp.empty());
    CHECK_FALSE(machine.cpu_quota);
    CHECK(out_of_memory_kills(host.root()) == 0);
}

TEST_CASE("folders in the place of files are unknown") {
    FakeHost host;
    for (const char* path : {"proc/cpuinfo", "proc/meminfo", "sys/devices/system/cpu/online", "proc/self/cgroup"}) {
        std::filesystem::create_directories(host.root() / path);
    }
    CHECK(host.read(self_on("x86_64", {0})).vcpus == 0);
}

TEST_CASE("the machine's JSON has the results document's members") {
    FakeHost host;
    make_graviton3(host);
    const Json json = to_json(host.read(graviton_self));
    CHECK(json.at("instance_type") == "c7g.xlarge");
    CHECK(json.at("vcpus") == 4);
    CHECK(json.at("physical_cores") == 4);
    CHECK(json.at("caches").at(3) ==
          Json{{"level", 3}, {"type", "Unified"}, {"size_bytes", 33554432}, {"shared_by", 4}});
    CHECK(json.at("governor").is_null());
    CHECK(json.at("cpu_quota").is_null());
}

TEST_CASE("a machine comes back from its JSON, and what is null or missing is not known") {
    Machine machine;
    machine.arch = "aarch64";
    machine.usable_cpus = 4;
    machine.isa = {"bf16"};
    machine.caches = {{1, "Data", 65536, 1}};
    machine.cpu_quota = 1.5;
    for (const Machine& one : {machine, Machine{}}) {
        CHECK(to_json(machine_from(to_json(one), "machine")) == to_json(one));
    }
    CHECK(to_json(machine_from(Json::object(), "machine")) == to_json(Machine{}));
}

TEST_CASE("what is wrong in a machine is named by its place") {
    const auto read = [](const Json& json) { return machine_from(json, "machines[1]"); };
    CHECK_THROWS_WITH(read(3), "machines[1]: expected an object, found 3");
    CHECK_THROWS_WITH(read({{"vcpus", -2}}),
                      "machines[1].vcpus: expected a whole number from 0 to 2147483647, found -2");
    CHECK_THROWS_WITH(read({{"isa", {"bf16", 3}}}), "machines[1].isa[1]: expected a text, found 3");
    CHECK_THROWS_WITH(read({{"caches", {{{"level", "L1"}}}}}),
                      "machines[1].caches[0].level: expected a whole number from 0 to 2147483647, found \"L1\"");
    CHECK_THROWS_WITH(read({{"cpu_quota", "many"}}), "machines[1].cpu_quota: expected a number from 0, found \"many\"");
}

TEST_CASE("a CPU quota limits the cores, rounded down to whole ones") {
    Machine machine;
    machine.physical_cores = 8;
    machine.cpu_quota = 2.5;
    CHECK(usable_physical_cores(machine) == 2);
    machine.cpu_quota = 0.5;
    CHECK(usable_physical_cores(machine) == 1);
    machine.cpu_quota = 64;
    CHECK(usable_physical_cores(machine) == 8);
}

TEST_CASE("the real host gives sane values") {
    const Self self = read_self();
    CHECK_FALSE(self.arch.empty());
    CHECK_FALSE(self.kernel.empty());
    REQUIRE_FALSE(self.usable_cpus.empty());
    const Machine machine = read_machine(self);
    CHECK(machine.usable_cpus >= 1);
    CHECK(machine.physical_cores <= machine.usable_cpus);
    CHECK((machine.memory_bytes == 0 || machine.memory_bytes > 64 << 20));
    CHECK(usable_physical_cores(machine) >= 1);
    CHECK(usable_physical_cores(machine) <= machine.usable_cpus);
    CHECK(out_of_memory_kills() >= 0);
    CHECK(is_same_cpu(machine.arch, machine.cpu, machine));
}

}  // namespace
}  // namespace gravbench::machine
