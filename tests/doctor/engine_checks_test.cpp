#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

Facts facts_with(const Engine& engine) {
    Facts facts = engine.description.arch == "aarch64" ? graviton3_facts() : clean_facts();
    facts.engine = engine;
    return facts;
}

TEST_CASE("an engine of another CPU than the machine's is emulated and unfit") {
    Facts facts = clean_facts();
    facts.engine = arm_engine();
    const Finding finding = found(facts, "engine");
    CHECK(finding.status == Status::unfit);
    CHECK_THAT(finding.text, Contains("runs on aarch64 Neoverse V1, this machine is x86_64"));
    CHECK_THAT(finding.text, Contains("the engine is emulated"));
}

TEST_CASE("an engine at home is good") {
    CHECK(found(facts_with(x86_engine()), "engine").text == "torch 2.13.0, AVX512");
    CHECK(status_of(facts_with(arm_engine()), "engine") == "good");
}

TEST_CASE("an engine that does not start is a finding") {
    Facts facts = clean_facts();
    facts.engine_error = "it was ended by signal 6";
    CHECK(status_of(facts, "engine") == "unfit");
    CHECK(found(facts, "engine").text == "it was ended by signal 6");
    facts.engine_error.clear();
    CHECK(status_of(facts, "engine") == "unknown");
}

TEST_CASE("a LibTorch for aarch64 without Arm Compute Library is a warning") {
    Engine engine = arm_engine();
    CHECK(status_of(facts_with(engine), "arm compute library") == "good");
    engine.acl.clear();
    CHECK(status_of(facts_with(engine), "arm compute library") == "warning");
    CHECK_FALSE(is_found(facts_with(x86_engine()), "arm compute library"));
}

TEST_CASE("a LibTorch without oneDNN is a warning") {
    Engine engine = x86_engine();
    engine.onednn.clear();
    CHECK(status_of(facts_with(engine), "onednn") == "warning");
}

TEST_CASE("which BLAS is told, and one that x86's wheels do not have is a notice") {
    Engine engine = x86_engine();
    CHECK_THAT(found(facts_with(engine), "blas").text, StartsWith("mkl"));
    engine.blas = "open";
    CHECK(status_of(facts_with(engine), "blas") == "notice");
    engine.blas.clear();
    CHECK(status_of(facts_with(engine), "blas") == "unknown");
    CHECK(found(facts_with(arm_engine()), "blas").text == "open");
}

TEST_CASE("two OpenMP runtimes in one process are a warning that names them") {
    protocol::EngineDescription description = x86_engine().description;
    description.libraries["openmp"] = "libgomp-947d5fa1.so.1.0.0, libgomp.so.1";
    const Finding finding = found(facts_with(engine_from(description)), "openmp runtimes");
    CHECK(finding.status == Status::warning);
    CHECK_THAT(finding.text, Contains("libgomp-947d5fa1.so.1.0.0, libgomp.so.1"));
    CHECK(status_of(facts_with(x86_engine()), "openmp runtimes") == "good");
}

TEST_CASE("an engine that is no LibTorch is not asked for LibTorch's libraries") {
    protocol::EngineDescription description;
    description.name = "fake";
    description.libraries = {{"onednn", std::nullopt}};
    const Facts facts = facts_with(engine_from(description));
    CHECK(status_of(facts, "engine") == "good");
    for (const char* name : {"onednn", "arm compute library", "blas", "openmp runtimes"}) {
        CHECK_FALSE(is_found(facts, name));
    }
}

}  // namespace
}  // namespace gravbench::doctor
