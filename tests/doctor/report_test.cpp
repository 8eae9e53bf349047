#include "doctor/report.h"

#include "base/text.h"
#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

TEST_CASE("the verdict counts what is wrong") {
    Facts facts = clean_facts();
    CHECK(verdict(diagnose(facts)) == "fit to measure: 0 warnings, 0 notices");
    facts.machine.thp = "never";
    CHECK(verdict(diagnose(facts)) == "fit to measure: 1 warning, 0 notices");
    facts.machine.cpu_quota = 0.5;
    CHECK(verdict(diagnose(facts)) == "not fit to measure: 1 reason, 1 warning, 0 notices");
}

TEST_CASE("the table has reasons and remedies only for what is not good") {
    Facts facts = clean_facts();
    facts.machine.thp = "never";
    const std::string text = readable_report(facts, diagnose(facts));
    CHECK_THAT(
        text, StartsWith("Intel(R) Xeon(R) Platinum 8488C, 4 cores of 4 vCPUs, x86_64, Linux 6.1.0-test\n\nwarning  "));
    CHECK_THAT(text, Contains("mend: echo madvise"));
    std::size_t reasons = 0;
    for (auto at = text.find("why:"); at != std::string::npos; at = text.find("why:", at + 1)) {
        ++reasons;
    }
    CHECK(reasons == 1);
}

TEST_CASE("text is wrapped, commands are not") {
    Facts facts = clean_facts();
    facts.machine.thp = "never";
    facts.environment = {{"OMP_PLACES", "{0}"}};
    for (const std::string& line : split(readable_report(facts, diagnose(facts)), '\n')) {
        INFO(line);
        CHECK((line.size() <= 120 || line.find("mend: ") != std::string::npos));
    }
}

TEST_CASE("JSON has every finding, null for no remedy, and the verdict") {
    Facts facts = clean_facts();
    facts.machine.thp = "never";
    const auto findings = diagnose(facts);
    const Json json = to_json(facts, findings);
    CHECK(json.at("schema") == "gravbench.doctor/1");
    CHECK(json.at("fit") == true);
    CHECK(json.at("engine").is_null());
    CHECK(json.at("checks").size() == findings.size());
    CHECK(json.at("checks").at(0).at("name") == "huge pages");
    CHECK(json.at("checks").at(0).at("status") == "warning");
    CHECK(json.at("checks").back().at("remedy").is_null());
    CHECK(json.at("machine").at("arch") == "x86_64");
    CHECK(json.at("measured").at("slowdown") == 1.01);
}

TEST_CASE("what was not measured is null") {
    const Json measured = to_json(Facts{}, {}).at("measured");
    CHECK(measured.at("variation").is_null());
    CHECK(measured.at("stolen_share").is_null());
}

TEST_CASE("rows have a field for each heading") {
    const auto rows = report_rows(diagnose(clean_facts()));
    for (const auto& row : rows) {
        CHECK(row.size() == rows.front().size());
    }
}

}  // namespace
}  // namespace gravbench::doctor
