#include "doctor/check.h"

#include <algorithm>
#include <set>

#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

bool is_all_well(const Facts& facts) {
    const auto findings = diagnose(facts);
    return std::all_of(findings.begin(), findings.end(), [](const Finding& finding) {
        UNSCOPED_INFO(finding.name << ": " << finding.text);
        return finding.status <= Status::unknown;
    });
}

TEST_CASE("a quiet x86 guest in a clean shell has nothing to mend") {
    Facts facts = clean_facts();
    facts.engine = x86_engine();
    CHECK(is_all_well(facts));
    CHECK(is_fit(diagnose(facts)));
}

TEST_CASE("a Graviton3 in a clean shell has nothing to mend") {
    Facts facts = graviton3_facts();
    facts.engine = arm_engine();
    CHECK(is_all_well(facts));
}

TEST_CASE("every finding says what it saw and why that matters") {
    const Facts bare;
    for (const Facts& facts : {clean_facts(), graviton3_facts(), bare}) {
        for (const Finding& finding : diagnose(facts)) {
            INFO(finding.name);
            CHECK_FALSE(finding.text.empty());
            CHECK_FALSE(finding.why.empty());
        }
    }
}

TEST_CASE("no two checks have one name") {
    std::set<std::string> names;
    for (const Check& check : checks()) {
        CHECK(names.insert(check.name).second);
    }
}

TEST_CASE("the worst comes first") {
    Facts facts = clean_facts();
    facts.machine.cpu_quota = 0.5;
    facts.machine.thp = "never";
    const auto findings = diagnose(facts);
    CHECK(findings.front().name == "cpu quota");
    CHECK(findings[1].name == "huge pages");
    CHECK(std::is_sorted(findings.begin(), findings.end(),
                         [](const Finding& a, const Finding& b) { return a.status > b.status; }));
    CHECK_FALSE(is_fit(findings));
}

TEST_CASE("warnings alone leave a machine fit to measure") {
    Facts facts = clean_facts();
    facts.machine.thp = "never";
    CHECK(is_fit(diagnose(facts)));
}

TEST_CASE("a host that hides everything is unknown, not at fault") {
    const machine::FakeHost host;
    const auto findings = diagnose(facts_on(host, machine::self_on("x86_64", {0, 1})));
    CHECK(is_fit(findings));
    CHECK(std::none_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.status == Status::warning; }));
}

}  // namespace
}  // namespace gravbench::doctor
