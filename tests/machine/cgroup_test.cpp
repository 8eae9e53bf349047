#include "machine/cgroup.h"

#include "catch.h"
#include "fake_host.h"

namespace gravbench::machine {
namespace {

TEST_CASE("a container's CPU quota is told in CPUs") {
    FakeHost host;
    host.file("proc/self/cgroup", "0::/\n").file("sys/fs/cgroup/cpu.max", "150000 100000\n");
    CHECK(host.read(Self{}).cpu_quota == 1.5);
}

TEST_CASE("a cgroup without limit has no quota") {
    FakeHost host;
    host.file("proc/self/cgroup", "0::/\n").file("sys/fs/cgroup/cpu.max", "max 100000\n");
    CHECK_FALSE(host.read(Self{}).cpu_quota);
}

TEST_CASE("the tightest quota of the groups above counts") {
    FakeHost host;
    host.file("proc/self/cgroup", "0::/system.slice/job.scope\n")
        .file("sys/fs/cgroup/system.slice/cpu.max", "200000 100000\n")
        .file("sys/fs/cgroup/system.slice/job.scope/cpu.max", "400000 100000\n");
    CHECK(host.read(Self{}).cpu_quota == 2.0);
}

TEST_CASE("a quota is found at the mount where the group's path is the host's") {
    FakeHost host;
    host.file("proc/self/cgroup", "0::/docker/3f2a\n").file("sys/fs/cgroup/cpu.max", "50000 100000\n");
    CHECK(host.read(Self{}).cpu_quota == 0.5);
}

TEST_CASE("a group outside of the namespace does not lead out of the mount") {
    FakeHost host;
    host.file("proc/self/cgroup", "0::/../../other\n")
        .file("sys/other/cpu.max", "10000 100000\n")
        .file("sys/fs/cgroup/cpu.max", "300000 100000\n");
    CHECK(host.read(Self{}).cpu_quota == 3.0);
}

TEST_CASE("a quota of cgroup version 1 counts too, and -1 is none") {
    FakeHost host;
    host.file("proc/self/cgroup", "9:name=systemd:/\n4:cpu,cpuacct:/docker/3f2a\n")
        .file("sys/fs/cgroup/cpu/docker/3f2a/cpu.cfs_period_us", "100000\n")
        .file("sys/fs/cgroup/cpu/docker/3f2a/cpu.cfs_quota_us", "250000\n");
    CHECK(host.read(Self{}).cpu_quota == 2.5);
    host.file("sys/fs/cgroup/cpu/docker/3f2a/cpu.cfs_quota_us", "-1\n");
    CHECK_FALSE(host.read(Self{}).cpu_quota);
}

TEST_CASE("a memory limit is the lowest of the groups above, and none where no version sets one") {
    FakeHost host;
    CHECK_FALSE(memory_limit(host.root()));
    host.file("proc/self/cgroup", "4:memory:/job\n0::/job\n")
        .file("sys/fs/cgroup/job/memory.max", "max\n")
        .file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK_FALSE(memory_limit(host.root()));
    host.file("sys/fs/cgroup/memory.max", "4294967296\n")
        .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
    CHECK(memory_limit(host.root()) == 1 << 30);
}

TEST_CASE("a cpuset is that of the group, and of the nearest one above where the group has none") {
    FakeHost host;
    host.file("proc/self/cgroup", "0::/slice/job\n").file("sys/fs/cgroup/slice/cpuset.cpus.effective", "2-3\n");
    CHECK(cpuset_cpus(host.root()) == std::vector{2, 3});
    host.file("sys/fs/cgroup/slice/job/cpuset.cpus.effective", "3\n");
    CHECK(cpuset_cpus(host.root()) == std::vector{3});
}

TEST_CASE("a cpuset of cgroup version 1 counts too, and none is none") {
    FakeHost host;
    CHECK(cpuset_cpus(host.root()).empty());
    host.file("proc/self/cgroup", "3:cpuset:/one\n0::/\n")
        .file("sys/fs/cgroup/cpuset/one/cpuset.effective_cpus", "0\n");
    CHECK(cpuset_cpus(host.root()) == std::vector{0});
}

TEST_CASE("kills for lack of memory are those of the machine and of the cgroup") {
    FakeHost host;
    host.file("proc/vmstat", "nr_free_pages 12\noom_kill 3\nswap_ra 0\n");
    CHECK(out_of_memory_kills(host.root()) == 3);
    host.file("proc/self/cgroup", "0::/job\n")
        .file("sys/fs/cgroup/job/memory.events", "low 0\nhigh 0\nmax 7\noom 2\noom_kill 2\noom_group_kill 0\n");
    CHECK(out_of_memory_kills(host.root()) == 5);
}

TEST_CASE("a hybrid host's memory events are found in the unified hierarchy") {
    FakeHost host;
    host.file("proc/self/cgroup", "4:memory:/job\n0::/job\n")
        .file("sys/fs/cgroup/unified/job/memory.events", "oom_kill 1\n");
    CHECK(out_of_memory_kills(host.root()) == 1);
}

}  // namespace
}  // namespace gravbench::machine
