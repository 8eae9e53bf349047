#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

TEST_CASE("a Graviton is told with its generation and what it has") {
    const Finding finding = found(graviton3_facts(), "cpu");
    CHECK_THAT(finding.text, Contains("Neoverse V1 (Graviton3)"));
    CHECK_THAT(finding.text, Contains("SVE of 256 bits, BF16, I8MM"));
}

TEST_CASE("each generation of Graviton is known") {
    Facts facts = graviton3_facts();
    for (const auto& [cpu, has] : std::map<std::string, std::string>{{"Neoverse N1 (Graviton2)", "no SVE, no BF16"},
                                                                     {"Neoverse V2 (Graviton4)", "SVE2 of 128 bits"},
                                                                     {"Neoverse V3", "SVE2 of 128 bits"}}) {
        facts.machine.cpu = cpu;
        CHECK_THAT(found(facts, "cpu").text, Contains(has));
    }
}

TEST_CASE("a CPU without a name is unknown") {
    Facts facts = clean_facts();
    facts.machine.cpu.clear();
    CHECK(status_of(facts, "cpu") == "unknown");
}

TEST_CASE("BF16 math is worth a try on a Graviton3 and not on a Graviton2") {
    Facts facts = graviton3_facts();
    CHECK(status_of(facts, "bf16") == "good");
    facts.machine.isa = {"asimd", "asimddp"};
    CHECK(status_of(facts, "bf16") == "notice");
    CHECK_THAT(found(facts, "bf16").text, Contains("no BF16, without I8MM"));
}

TEST_CASE("BF16 math needs AMX on x86") {
    Facts facts = clean_facts();
    CHECK(status_of(facts, "bf16") == "good");
    facts.machine.isa = {"avx2", "avx512f", "avx512_bf16"};
    CHECK_THAT(found(facts, "bf16").text, Contains("needs AMX"));
    CHECK_THAT(found(facts, "bf16").remedy, Contains("--dtype fp32,bf16"));
    facts.machine.isa = {"avx2"};
    CHECK(status_of(facts, "bf16") == "notice");
}

TEST_CASE("a program for another architecture than the kernel's is emulated") {
    Facts facts = graviton3_facts();
    facts.host.kernel_arch = "x86_64";
    CHECK(status_of(facts, "emulation") == "unfit");
    CHECK_THAT(found(facts, "emulation").text, Contains("the kernel's architecture is x86_64"));
    CHECK_FALSE(is_fit(diagnose(facts)));
}

TEST_CASE("an arm64 kernel that shows a CPU but not its identification is none") {
    machine::FakeHost host;
    make_graviton3(host);
    const auto self = machine::self_on("aarch64", {0});
    CHECK(status_of(facts_on(host, self), "emulation") == "unfit");
    host.file("sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "0x00000000411fd401\n");
    CHECK(status_of(facts_on(host, self), "emulation") == "good");
}

TEST_CASE("a container without /sys is not accused of emulation") {
    machine::FakeHost host;
    CHECK(status_of(facts_on(host, machine::self_on("aarch64", {0})), "emulation") == "good");
    host.file("proc/sys/kernel/arch", "aarch64\n");
    CHECK(status_of(facts_on(host, machine::self_on("aarch64", {0})), "emulation") == "good");
}

}  // namespace
}  // namespace gravbench::doctor
