#include "doctor/regression.h"

#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

std::vector<std::string> threads_for(Facts facts, const Engine& engine) {
    facts.engine = engine;
    std::vector<std::string> threads;
    for (const Regression& row : known_regressions(facts)) {
        threads.emplace_back(row.thread);
    }
    return threads;
}

Engine with_versions(Engine engine, const std::string& torch, const std::string& onednn) {
    engine.torch = torch;
    engine.onednn = onednn;
    return engine;
}

TEST_CASE("a version is its numbers up to what is none") {
    CHECK(version_of("2.13.0+cpu") == Version{2, 13, 0});
    CHECK(version_of("6.1.0-23-amd64") == Version{6, 1, 0});
    CHECK(version_of("3.12") == Version{3, 12});
    CHECK(version_of("2.1.0a0") == Version{2, 1, 0});
    CHECK(version_of("").empty());
    CHECK(version_of("v3.12").empty());
    CHECK(version_of("2.9.1") < version_of("2.10.0"));
}

TEST_CASE("OpenBLAS in LibTorch 2.1 and 2.2 for aarch64 is known to be slow") {
    const std::vector<std::string> thread{"https://github.com/pytorch/pytorch/issues/119374"};
    CHECK(threads_for(graviton3_facts(), with_versions(arm_engine(), "2.1.0", "3.1.1")) == thread);
    CHECK(threads_for(graviton3_facts(), with_versions(arm_engine(), "2.2.2", "3.3.2")) == thread);
    CHECK(threads_for(graviton3_facts(), with_versions(arm_engine(), "2.3.0", "3.3.6")).empty());
    CHECK(threads_for(graviton3_facts(), with_versions(arm_engine(), "2.0.1", "2.7.3")).empty());
}

TEST_CASE("the wheel of 2.0.0 for aarch64 is at fault only where it lacks the library") {
    Engine engine = with_versions(arm_engine(), "2.0.0", "");
    CHECK(threads_for(graviton3_facts(), engine).empty());
    engine.acl.clear();
    CHECK(threads_for(graviton3_facts(), engine).size() == 1);
}

TEST_CASE("so is that of 1.13.1") {
    Engine engine = with_versions(arm_engine(), "1.13.1", "");
    CHECK(threads_for(graviton3_facts(), engine).empty());
    engine.acl.clear();
    CHECK(threads_for(graviton3_facts(), engine) ==
          std::vector<std::string>{"https://github.com/pytorch/pytorch/issues/96983"});
    CHECK(threads_for(graviton3_facts(), with_versions(engine, "1.13.0", "")).empty());
}

TEST_CASE("GNU's old OpenMP is at fault only with many cores") {
    Facts facts = graviton3_facts();
    const Engine engine = with_versions(arm_engine(), "2.8.0", "3.7.1");
    CHECK(threads_for(facts, engine).empty());
    facts.machine.physical_cores = 64;
    CHECK(threads_for(facts, engine) == std::vector<std::string>{"https://github.com/pytorch/pytorch/issues/155795"});
}

TEST_CASE("faults of oneDNN on x86 are known by its own version") {
    CHECK(threads_for(clean_facts(), with_versions(x86_engine(), "2.2.0", "3.3.2")).size() == 1);
    CHECK(threads_for(clean_facts(), with_versions(x86_engine(), "2.14.0", "3.12.3")) ==
          std::vector<std::string>{"https://github.com/pytorch/pytorch/issues/193951"});
    Facts without_amx = clean_facts();
    without_amx.machine.isa = {"avx2"};
    CHECK(threads_for(without_amx, with_versions(x86_engine(), "2.14.0", "3.12.3")).empty());
    CHECK(threads_for(clean_facts(), x86_engine()).empty());
}

TEST_CASE("a kernel that throttles too early is at fault only under a quota") {
    Facts facts = clean_facts();
    facts.machine.kernel = "4.19.0-27-amd64";
    CHECK(known_regressions(facts).empty());
    facts.machine.cpu_quota = 4;
    CHECK(known_regressions(facts).size() == 1);
    facts.machine.kernel = "5.4.0";
    CHECK(known_regressions(facts).empty());
}

TEST_CASE("a known regression is a warning with the thread's address") {
    Facts facts = clean_facts();
    facts.engine = with_versions(x86_engine(), "2.14.0", "3.12.3");
    const Finding finding = found(facts, "known regressions");
    CHECK(finding.status == Status::warning);
    CHECK_THAT(finding.why, StartsWith("https://github.com/"));
    CHECK_FALSE(finding.remedy.empty());
}

TEST_CASE("every row ends after it begins and names a thread") {
    for (const Regression& row : regressions()) {
        CHECK(row.first < row.mended);
        CHECK_THAT(std::string(row.thread), StartsWith("https://"));
    }
}

}  // namespace
}  // namespace gravbench::doctor
