#include "doctor/activity.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

#include "catch.h"
#include "machine/fake_host.h"

namespace gravbench::doctor {
namespace {

using machine::FakeHost;

/// /proc/stat's line of a CPU: user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice.
std::string cpu_line(int cpu, int busy, int idle, int stolen) {
    return "cpu" + std::to_string(cpu) + " " + std::to_string(busy) + " 0 0 " + std::to_string(idle) + " 0 0 0 " +
           std::to_string(stolen) + " 0 0\n";
}

std::string process_line(int id, const std::string& name, int ticks) {
    return std::to_string(id) + " (" + name + ") R 1 1 1 0 -1 0 0 0 0 0 " + std::to_string(ticks) + " 0 0 0 20 0\n";
}

TEST_CASE("steal is a share of the time of the CPUs that may be used") {
    FakeHost host;
    host.file("proc/stat", "cpu 1 1 1 1 1 1 1 1\n" + cpu_line(0, 0, 100, 0) + cpu_line(1, 0, 100, 0));
    const Counters before = read_counters({0}, host.root());
    host.file("proc/stat", "cpu 1 1 1 1 1 1 1 1\n" + cpu_line(0, 70, 100, 30) + cpu_line(1, 0, 100, 900));
    const Activity activity = activity_between(before, read_counters({0}, host.root()), 1);
    CHECK(activity.ticks == 100);
    CHECK(activity.stolen_share == Approx(0.3));
}

TEST_CASE("what competes is what CPUs did but for this process") {
    FakeHost host;
    host.file("proc/stat", cpu_line(0, 0, 0, 0) + cpu_line(1, 0, 0, 0)).file("proc/7/stat", process_line(7, "me", 5));
    const Counters before = read_counters({0, 1}, host.root());
    host.file("proc/stat", cpu_line(0, 100, 0, 0) + cpu_line(1, 80, 20, 0))
        .file("proc/7/stat", process_line(7, "me", 65))
        .file("proc/8/stat", process_line(8, "a compiler", 90))
        .file("proc/9/stat", process_line(9, "idler", 3));
    const Activity activity = activity_between(before, read_counters({0, 1}, host.root()), 7);
    CHECK(activity.competing_cpus == Approx(1.2));
    REQUIRE(activity.busiest.size() == 1);
    CHECK(activity.busiest[0].id == 8);
    CHECK(activity.busiest[0].name == "a compiler");
    CHECK(activity.busiest[0].cpus == Approx(0.9));
}

TEST_CASE("the three busiest are named, the busiest first") {
    FakeHost host;
    host.file("proc/stat", cpu_line(0, 0, 0, 0));
    const Counters before = read_counters({0}, host.root());
    host.file("proc/stat", cpu_line(0, 100, 0, 0));
    for (int id = 1; id <= 4; ++id) {
        host.file("proc/" + std::to_string(id) + "/stat", process_line(id, "p", 10 + id));
    }
    const Activity activity = activity_between(before, read_counters({0}, host.root()), 99);
    REQUIRE(activity.busiest.size() == 3);
    CHECK(activity.busiest[0].id == 4);
    CHECK(activity.busiest[2].id == 2);
}

TEST_CASE("pages that went in and out are counted together") {
    FakeHost host;
    host.file("proc/vmstat", "pswpin 10\npswpout 20\npswpin_other 9\n");
    const Counters before = read_counters({}, host.root());
    host.file("proc/vmstat", "pswpin 13\npswpout 25\npswpin_other 99\n");
    CHECK(activity_between(before, read_counters({}, host.root()), 1).swapped_pages == 8);
}

TEST_CASE("a host without counters had no time, and nothing happened") {
    FakeHost host;
    host.file("proc/stat", "cpu0 garbage\ncpuX 1 2 3\n");
    const Counters none = read_counters({0}, host.root());
    CHECK(none.cpus == 0);
    CHECK(activity_between(none, none, 1).ticks == 0);
}

// A signal handler has no other way to reach it.
volatile int alarm_descriptor = -1;

TEST_CASE("a signal that arrives while it listens ends the listening") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    alarm_descriptor = ends[1];
    struct sigaction action {};
    struct sigaction previous {};
    action.sa_handler = [](int) { [[maybe_unused]] const ssize_t written = ::write(alarm_descriptor, "x", 1); };
    ::sigaction(SIGALRM, &action, &previous);
    const itimerval soon{{0, 0}, {0, 20000}};
    ::setitimer(ITIMER_REAL, &soon, nullptr);
    CHECK_FALSE(wait_quietly(std::chrono::hours(1), ends[0]));
    ::sigaction(SIGALRM, &previous, nullptr);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("listening that nobody ends takes its time") {
    const auto start = std::chrono::steady_clock::now();
    CHECK(wait_quietly(std::chrono::milliseconds(20), -1));
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(20));
}

TEST_CASE("the real host's counters only grow") {
    const Counters before = read_counters({0});
    const Counters after = read_counters({0});
    CHECK(after.total >= before.total);
    CHECK(after.cpus <= 1);
}

}  // namespace
}  // namespace gravbench::doctor
