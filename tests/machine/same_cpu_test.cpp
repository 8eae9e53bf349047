#include "catch.h"
#include "machine/machine.h"

namespace gravbench::machine {
namespace {

Machine machine_with(const std::string& arch, const std::string& cpu) {
    Machine machine;
    machine.arch = arch;
    machine.cpu = cpu;
    return machine;
}

const Machine graviton3 = machine_with("aarch64", "Neoverse V1 (Graviton3)");
const Machine xeon = machine_with("x86_64", "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz");

TEST_CASE("an engine of another architecture is emulated") {
    CHECK_FALSE(is_same_cpu("aarch64", "Neoverse V1", xeon));
    CHECK_FALSE(is_same_cpu("aarch64", "", xeon));
    CHECK_FALSE(is_same_cpu("x86_64", "", graviton3));
}

TEST_CASE("the same architecture by another name is the same") {
    CHECK(is_same_cpu("arm64", "", graviton3));
    CHECK(is_same_cpu("amd64", "", xeon));
    CHECK(is_same_cpu("i686", "", xeon));
}

TEST_CASE("an engine that does not say what it runs on is not accused of emulation") {
    CHECK(is_same_cpu("", "", xeon));
    CHECK(is_same_cpu("", "", graviton3));
    CHECK(is_same_cpu("x86_64", "AVX512", xeon));
    CHECK(is_same_cpu("aarch64", "Neoverse V1", machine_with("aarch64", "")));
    CHECK(is_same_cpu("aarch64", "Neoverse V1", machine_with("", "")));
}

TEST_CASE("an Arm core is the same in every spelling") {
    for (const char* spelling :
         {"Neoverse V1", "Neoverse-V1", "neoverse_v1", "ARM Neoverse-V1", "Neoverse V1 (Graviton3)"}) {
        INFO(spelling);
        CHECK(is_same_cpu("aarch64", spelling, graviton3));
    }
}

TEST_CASE("another Arm core is emulated") {
    CHECK_FALSE(is_same_cpu("aarch64", "Neoverse N1", graviton3));
    CHECK_FALSE(is_same_cpu("aarch64", "Neoverse V1", machine_with("aarch64", "Cortex-A72")));
}

TEST_CASE("a core's name is compared as whole words") {
    CHECK_FALSE(is_same_cpu("aarch64", "Cortex-A7", machine_with("aarch64", "Cortex-A72")));
}

TEST_CASE("names of different schemes prove nothing") {
    CHECK(is_same_cpu("aarch64", "Graviton3", graviton3));
    CHECK(is_same_cpu("aarch64", "Arm implementer 0x41 part 0xd40", graviton3));
    CHECK(is_same_cpu("aarch64", "Neoverse V1", machine_with("aarch64", "Arm implementer 0xc0 part 0xac3")));
    CHECK(is_same_cpu("aarch64", "neoverse", graviton3));
}

TEST_CASE("an engine on either kind of core of a mixed machine is at home") {
    const Machine mixed = machine_with("aarch64", "Cortex-A55 + Cortex-A76");
    CHECK(is_same_cpu("aarch64", "Cortex-A55", mixed));
    CHECK(is_same_cpu("aarch64", "Cortex-A76", mixed));
    CHECK_FALSE(is_same_cpu("aarch64", "Neoverse V1", mixed));
}

TEST_CASE("an x86 brand string may be shortened") {
    CHECK(is_same_cpu("x86_64", "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", xeon));
    CHECK(is_same_cpu("x86_64", "Intel Xeon Platinum 8375C", xeon));
    CHECK(is_same_cpu("x86_64", "  Intel(R) Xeon(R)   Platinum 8375C", xeon));
    CHECK(is_same_cpu("x86_64", "AMD EPYC 9R14", machine_with("x86_64", "AMD EPYC 9R14 Processor")));
}

TEST_CASE("another x86 brand is emulated") {
    CHECK_FALSE(is_same_cpu("x86_64", "QEMU TCG CPU version 2.5+", xeon));
    CHECK_FALSE(is_same_cpu("x86_64", "AMD EPYC 9R14", xeon));
    CHECK_FALSE(is_same_cpu("x86_64", "Intel(R) Xeon(R) Platinum 8488C", xeon));
}

}  // namespace
}  // namespace gravbench::machine
