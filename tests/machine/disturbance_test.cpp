#include "machine/disturbance.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.h"
#include "fake_host.h"

namespace gravbench::machine {
namespace {

constexpr int engine = 4711;

/// The engine's process with one thread: its state, time running and waiting (ns), switches and major faults.
void set_thread(FakeHost& host, int thread, const std::string& state, const std::string& schedstat, int switches,
                int major_faults = 0) {
    const std::string process = "proc/" + std::to_string(engine);
    const std::string stat = " (an (odd) name) " + state + " 1 1 1 0 -1 4194304 100 0 ";
    host.file(process + "/stat", std::to_string(engine) + stat + std::to_string(major_faults) + " 0 5 6 0 0\n");
    const std::string folder = process + "/task/" + std::to_string(thread);
    host.file(folder + "/stat", std::to_string(thread) + stat + "0 0 5 6\n")
        .file(folder + "/schedstat", schedstat + "\n")
        .file(folder + "/status",
              "Name:\tx\nvoluntary_ctxt_switches:\t9\nnonvoluntary_ctxt_switches:\t" + std::to_string(switches) + "\n");
}

DisturbanceCounters after(double seconds, const DisturbanceCounters& before, DisturbanceCounters read) {
    read.time_ns = before.time_ns + static_cast<std::int64_t>(seconds * 1e9);
    return read;
}

TEST_CASE("the counters are of the CPUs that may be used, of all of the engine's threads, and of the machine") {
    FakeHost host;
    host.file("proc/stat",
              "cpu  900 900 900 900 900 900 900 900 0 0\n"
              "cpu0 10 1 5 70 4 2 3 6 0 0\n"
              "cpu1 20 0 0 80 0 0 0 0 0 0\n"
              "cpu2 777 0 0 0 0 0 0 777 0 0\n"
              "intr 12345\n")
        .file("proc/vmstat", "nr_free_pages 5\npswpin 30\npswpout 12\n")
        .file("proc/self/cgroup", "0::/\n")
        .file("sys/fs/cgroup/cpu.stat", "usage_usec 5\nnr_throttled 2\nthrottled_usec 1500\n")
        .file("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3\n")
        .file("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2000000\n")
        .file("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "3000000\n");
    set_thread(host, engine, "S", "1000 50 7", 4, 8);
    set_thread(host, engine + 1, "S", "2000 60 7", 5, 8);

    const DisturbanceCounters counters = read_disturbance_counters({0, 1}, engine, host.root());
    CHECK(counters.busy_ticks == 21 + 20);
    CHECK(counters.stolen_ticks == 6);
    CHECK(counters.total_ticks == 101 + 100);
    CHECK(counters.engine_ticks == 5 + 6);
    CHECK(counters.waiting_ns == 110);
    CHECK(counters.involuntary_switches == 9);
    CHECK(counters.major_faults == 8);
    CHECK(counters.swapped_pages == 42);
    CHECK(counters.throttled_ns == 1500000);
    CHECK(counters.thermal_events == 3);
    CHECK(counters.frequency_mhz == 2500);
}

TEST_CASE("what the kernel does not tell is nothing, not zero") {
    const FakeHost host;
    const DisturbanceCounters counters = read_disturbance_counters({0}, engine, host.root());
    CHECK(counters.time_ns > 0);
    CHECK_FALSE(counters.busy_ticks);
    CHECK_FALSE(counters.waiting_ns);
    CHECK_FALSE(counters.swapped_pages);
    const Disturbance nothing = disturbance_between(counters, counters);
    CHECK_FALSE(nothing.competing_cpus);
    CHECK(reasons(nothing).empty());
    CHECK(to_json(nothing) == Json{{"seconds", 0.0}});
}

TEST_CASE("swapping is counted where there is something to swap to, and is none where there is not") {
    const std::string titles = "Filename\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
    FakeHost host;
    host.file("proc/vmstat", "pswpin 30\npswpout 12\n").file("proc/swaps", titles + "/dev/vdb partition 1024 0 -2\n");
    CHECK(read_disturbance_counters({0}, engine, host.root()).swapped_pages == 42);
    host.file("proc/swaps", titles);
    CHECK(read_disturbance_counters({0}, engine, host.root()).swapped_pages == 0);
}

TEST_CASE("of an engine with many threads eight are asked how long they waited, two how often they were switched") {
    FakeHost host;
    for (int thread = 0; thread < 20; ++thread) {
        set_thread(host, engine + thread, "S", "100 10 1", 5);
    }
    const DisturbanceCounters counters = read_disturbance_counters({0}, engine, host.root());
    CHECK(counters.waiting_ns == 80);
    CHECK(counters.involuntary_switches == 10);
}

TEST_CASE("shares are of the block's time, and what the engine itself used is nobody else's") {
    const double ticks_a_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    DisturbanceCounters before;
    before.total_ticks = before.busy_ticks = before.stolen_ticks = before.engine_ticks = before.waiting_ns = 0;
    DisturbanceCounters now = before;
    now.total_ticks = static_cast<std::int64_t>(4 * ticks_a_second);
    now.busy_ticks = static_cast<std::int64_t>(3 * ticks_a_second);
    now.stolen_ticks = static_cast<std::int64_t>(0.2 * ticks_a_second);
    now.engine_ticks = static_cast<std::int64_t>(2 * ticks_a_second);
    now.waiting_ns = 240000000;
    const Disturbance found = disturbance_between(before, after(2, before, now));
    CHECK(*found.stolen_share == Approx(0.05));
    CHECK(*found.competing_cpus == Approx(0.5));
    CHECK(*found.waiting_share == Approx(0.12));
    CHECK(reasons(found) == std::vector<std::string>{"waited 12% of the time for a CPU",
                                                     "5% of the CPUs' time was stolen by the hypervisor",
                                                     "others kept 0.5 CPUs busy"});
    CHECK(to_json(disturbance_from(to_json(found))) == to_json(found));
}

TEST_CASE("what is within the counters' own error disturbs nobody") {
    Disturbance quiet;
    quiet.seconds = 0.05;
    quiet.stolen_share = 0.4;    // Two ticks of 10 ms, of 0.05 s.
    quiet.competing_cpus = 0.4;  // The same.
    quiet.waiting_share = 0.08;  // 4 ms: a kernel thread's work.
    quiet.involuntary_switches = 3;
    CHECK(reasons(quiet).empty());
    quiet.seconds = 0.5;
    CHECK(reasons(quiet).size() == 3);
}

TEST_CASE("faults, swapping, throttling and heat are reasons from the first on") {
    DisturbanceCounters before;
    before.major_faults = before.swapped_pages = before.thermal_events = before.throttled_ns = 5;
    DisturbanceCounters now = before;
    now.major_faults = 7;
    now.swapped_pages = 9;
    now.thermal_events = 6;
    now.throttled_ns = 30000005;
    CHECK(reasons(disturbance_between(before, after(1, before, now))) ==
          std::vector<std::string>{"2 major page faults", "4 pages swapped", "1 thermal throttling events",
                                   "out of its CPU quota for 30 ms"});
}

TEST_CASE("a counter that went backwards is another's, and says nothing") {
    DisturbanceCounters before;
    before.major_faults = before.waiting_ns = 100;
    DisturbanceCounters now;
    now.major_faults = now.waiting_ns = 1;
    const Disturbance found = disturbance_between(before, after(1, before, now));
    CHECK_FALSE(found.major_faults);
    CHECK_FALSE(found.waiting_share);
}

TEST_CASE("a process is asleep when no thread of it runs") {
    FakeHost host;
    set_thread(host, engine, "S", "0 0 0", 0);
    CHECK(is_asleep(engine, host.root()));
    set_thread(host, engine + 1, "R", "0 0 0", 0);
    CHECK_FALSE(is_asleep(engine, host.root()));
    CHECK(is_asleep(engine + 5, host.root()));
}

TEST_CASE("on this machine, a process that computes is seen to run, and its time is the engine's") {
    // A child's: an emulator makes up what a process reads of itself.
    const pid_t child = ::fork();
    if (child == 0) {
        for (;;) {
            ::getppid();
        }
    }
    const auto read = [&] { return read_disturbance_counters({}, child); };
    const DisturbanceCounters before = read();
    DisturbanceCounters now = before;
    bool was_running = false;
    constexpr std::int64_t patience_ns = 20'000'000'000;
    while (now.time_ns - before.time_ns < patience_ns && (!was_running || now.engine_ticks == before.engine_ticks)) {
        was_running = was_running || !is_asleep(child);
        now = read();
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(was_running);
    REQUIRE(before.engine_ticks.has_value());
    CHECK(*now.engine_ticks > *before.engine_ticks);
}

}  // namespace
}  // namespace gravbench::machine
