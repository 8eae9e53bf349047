#include "catch.h"
#include "doctor/facts_builder.h"

namespace gravbench::doctor {
namespace {

TEST_CASE("a competitor that keeps a core busy makes a machine unfit, and is named") {
    Facts facts = clean_facts();
    facts.quiet.competing_cpus = 1.02;
    facts.quiet.busiest = {{4711, "cc1plus", 0.98}};
    const Finding finding = found(facts, "competing load");
    CHECK(finding.status == Status::unfit);
    CHECK_THAT(finding.text, Contains("1.02 of 4 usable CPUs busy: cc1plus (4711) 98%"));
    CHECK_THAT(finding.remedy, Contains("ps -o pid,etime,args -p 4711"));
}

TEST_CASE("a part of a core is a warning, a trace of one is good") {
    Facts facts = clean_facts();
    facts.quiet.competing_cpus = 0.4;
    CHECK(status_of(facts, "competing load") == "warning");
    facts.quiet.competing_cpus = 0.05;
    CHECK(status_of(facts, "competing load") == "good");
}

TEST_CASE("stolen time makes a machine unfit from a twentieth on") {
    Facts facts = clean_facts();
    facts.loaded.stolen_share = 0.06;
    CHECK(status_of(facts, "steal") == "unfit");
    facts.loaded.stolen_share = 0.02;
    CHECK(status_of(facts, "steal") == "warning");
    facts.loaded.stolen_share = 0.002;
    CHECK(status_of(facts, "steal") == "good");
}

TEST_CASE("a moment too short for the kernel's ticks says nothing of load and steal") {
    Facts facts = clean_facts();
    facts.quiet = facts.loaded = {4, 4, 1, 4, {{1, "init", 4}}, 0};
    CHECK(status_of(facts, "competing load") == "unknown");
    CHECK(status_of(facts, "steal") == "unknown");
}

TEST_CASE("swapping makes a machine unfit, swapped out memory does not") {
    Facts facts = clean_facts();
    facts.host.swap_used_bytes = 64 << 20;
    CHECK(status_of(facts, "swapping") == "notice");
    facts.loaded.swapped_pages = 3;
    CHECK(status_of(facts, "swapping") == "warning");
    facts.quiet.swapped_pages = 300;
    CHECK(status_of(facts, "swapping") == "unfit");
}

TEST_CASE("used swap is read from the host") {
    machine::FakeHost host;
    make_x86_guest(host);
    host.file("proc/meminfo", "MemTotal: 8000000 kB\nSwapTotal: 2048 kB\nSwapFree: 1024 kB\n");
    const Facts facts = facts_on(host, machine::self_on("x86_64", {0}));
    CHECK(facts.host.swap_used_bytes == 1 << 20);
}

TEST_CASE("a clock that costs a twentieth of a short inference is a warning") {
    Facts facts = clean_facts();
    facts.timer.cost_ns = 1200;
    CHECK(status_of(facts, "timer") == "warning");
    facts.timer = {30, 4000};
    CHECK(status_of(facts, "timer") == "warning");
}

TEST_CASE("a noisy machine is warned of and remains fit") {
    for (const Noise& noise :
         {Noise{4, 100, 0.08, 1.05, 1}, Noise{4, 100, 0.001, 2.1, 1}, Noise{4, 100, 0.001, 1.0, 80}}) {
        Facts facts = clean_facts();
        facts.noise = noise;
        CHECK(status_of(facts, "noise") == "warning");
        CHECK_THAT(found(facts, "noise").remedy, Contains("interleaves and repeats"));
        CHECK(is_fit(diagnose(facts)));
    }
}

TEST_CASE("without a measurement the noise is unknown") {
    Facts facts = clean_facts();
    facts.noise.reset();
    CHECK(status_of(facts, "noise") == "unknown");
}

}  // namespace
}  // namespace gravbench::doctor
