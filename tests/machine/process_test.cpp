#include "machine/process.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "catch.h"

namespace gravbench::machine {
namespace {

namespace fs = std::filesystem;

/// A /proc with one process, 7.
class FakeProcess {
  public:
    FakeProcess() { fs::create_directories(folder()); }
    fs::path root() const { return root_.path(); }
    fs::path folder() const { return root_.path() / "proc" / "7"; }
    void write(const std::string& file, const std::string& text) const {
        fs::create_directories((folder() / file).parent_path());
        std::ofstream(folder() / file) << text;
    }

  private:
    TemporaryFolder root_;
};

Process with_threads(std::map<int, std::int64_t> cpu_ns) {
    Process process;
    process.thread_cpu_ns = std::move(cpu_ns);
    return process;
}

constexpr std::int64_t second = 1000000000;

}  // namespace

TEST_CASE("threads' times, huge pages and libraries of a process are read") {
    const FakeProcess fake;
    fake.write("task/7/schedstat", "1500000000 20 30\n");
    fake.write("task/8/stat", "8 (a (strange) name) S 1 2 3 4 5 6 7 8 9 10 300 200 0 0\n");
    fake.write("smaps_rollup", "55 ---p 00 00:00 0 [rollup]\nRss: 8 kB\nAnonHugePages:      2048 kB\n");
    fake.write(
        "maps",
        "7f00-7f01 r-xp 0 08:01 1   /usr/lib/libjemalloc.so.2\n7f01-7f02 r--p 0 08:01 1   /usr/lib/libjemalloc.so.2\n"
        "7f03-7f04 rw-p 0 00:00 0   [heap]\n7f05-7f06 r-xp 0 08:01 2   /usr/bin/engine\n");
    const Process process = read_process(7, fake.root());
    CHECK(process.thread_cpu_ns.at(7) == 1500000000);
    CHECK(process.thread_cpu_ns.at(8) == 500 * (second / ::sysconf(_SC_CLK_TCK)));
    CHECK(process.huge_page_bytes == 2 << 20);
    CHECK(process.libraries == std::vector<std::string>{"/usr/lib/libjemalloc.so.2"});
}

TEST_CASE("a process that is gone has nothing") {
    const Process process = read_process(1234567, "/nowhere");
    CHECK(process.thread_cpu_ns.empty());
    CHECK(process.huge_page_bytes == 0);
    CHECK(busy_threads(process, process) == 0);
}

TEST_CASE("this very process is read") {
    CHECK(read_process(::getpid()).thread_cpu_ns.count(::getpid()) == 1);
}

TEST_CASE("threads count as busy from a tenth of the busiest one's time on") {
    const Process before = with_threads({{1, 5 * second}, {2, 0}});
    const Process after = with_threads({{1, 6 * second}, {2, second / 2}, {3, second / 20}, {4, second / 5}});
    CHECK(busy_threads(before, after) == 3);
}

TEST_CASE("too little work to tell counts as unknown") {
    CHECK(busy_threads(with_threads({{1, 0}}), with_threads({{1, 9000000}})) == 0);
}

TEST_CASE("all processes are told by their names and the ticks of all their threads") {
    const FakeProcess fake;
    fake.write("stat", "7 (a (b) c) R 1 12 12 0 -1 4194304 5 0 0 0 30 7 0 0 20 0 1 0 99 1 1\n");
    fake.write("../8/stat", "no such line\n");
    fake.write("../stat", "cpu 1 2 3\n");
    const auto times = process_times(fake.root());
    REQUIRE(times.size() == 1);
    CHECK(times.at(7).name == "a (b) c");
    CHECK(times.at(7).ticks == 37);
}

TEST_CASE("this very process is among them") {
    CHECK(process_times().count(::getpid()) == 1);
}

}  // namespace gravbench::machine
