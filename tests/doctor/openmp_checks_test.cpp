#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

using Shell = std::map<std::string, std::string>;

Finding binding_in(const Shell& shell) {
    Facts facts = clean_facts();
    facts.environment = shell;
    return found(facts, "openmp affinity");
}

TEST_CASE("variables that leave one core to several threads make a machine unfit") {
    for (const Shell& shell :
         {Shell{{"GOMP_CPU_AFFINITY", "0"}}, Shell{{"OMP_PLACES", "{0}"}},
          Shell{{"OMP_PLACES", "{0},{0}"}, {"OMP_PROC_BIND", "close"}}, Shell{{"OMP_PLACES", "cores(1)"}},
          Shell{{"OMP_PLACES", "threads(1)"}}, Shell{{"OMP_PROC_BIND", "master"}},
          Shell{{"OMP_PROC_BIND", "primary"}, {"OMP_PLACES", "cores"}},
          Shell{{"OMP_PLACES", "{0}"}, {"GOMP_CPU_AFFINITY", "0-3"}}}) {
        const Finding finding = binding_in(shell);
        INFO(finding.text);
        CHECK(finding.status == Status::unfit);
        CHECK_THAT(finding.text, Contains("leaves 4 threads the CPU 0"));
        CHECK_THAT(finding.remedy, StartsWith("unset "));
    }
}

TEST_CASE("the variables at fault are named, with what unsets them") {
    const Finding finding = binding_in({{"OMP_PLACES", "{2}"}, {"OMP_PROC_BIND", "true"}});
    CHECK_THAT(finding.text, Contains("OMP_PLACES={2} OMP_PROC_BIND=true leaves 4 threads the CPU 2"));
    CHECK(finding.remedy == "unset OMP_PLACES OMP_PROC_BIND");
}

TEST_CASE("one core for one thread is what was asked for") {
    CHECK(binding_in({{"GOMP_CPU_AFFINITY", "0"}, {"OMP_NUM_THREADS", "1"}}).status == Status::notice);
}

TEST_CASE("fewer CPUs than threads are a warning") {
    CHECK(binding_in({{"OMP_PLACES", "{0},{1}"}}).status == Status::warning);
}

TEST_CASE("binding to all CPUs is a notice, since a program's children inherit the first") {
    for (const Shell& shell :
         {Shell{{"OMP_PROC_BIND", "true"}}, Shell{{"OMP_PROC_BIND", "spread"}, {"OMP_PLACES", "cores"}},
          Shell{{"GOMP_CPU_AFFINITY", "0-3"}}}) {
        CHECK(binding_in(shell).status == Status::notice);
    }
}

TEST_CASE("no binding at all is good, whatever places say") {
    CHECK(binding_in({}).status == Status::good);
    CHECK(binding_in({{"OMP_PROC_BIND", "false"}, {"OMP_PLACES", "{0}"}}).status == Status::good);
    CHECK(binding_in({{"OMP_PROC_BIND", "FALSE"}, {"GOMP_CPU_AFFINITY", "0"}}).status == Status::good);
}

TEST_CASE("places that cannot be told are not judged") {
    CHECK(binding_in({{"OMP_PLACES", "sockets"}}).status == Status::good);
    CHECK(binding_in({{"OMP_PLACES", "nonsense"}}).status == Status::good);
}

TEST_CASE("CPUs that may not be used do not count") {
    CHECK(binding_in({{"OMP_PLACES", "{0},{17}"}}).status == Status::unfit);
    CHECK_THAT(binding_in({{"OMP_PLACES", "{17}"}}).text, Contains("names no CPU that may be used"));
}

}  // namespace
}  // namespace gravbench::doctor
