#include "machine/host_files.h"

#include "catch.h"
#include "fake_host.h"

namespace gravbench::machine {
namespace {

using Cpus = std::vector<int>;

TEST_CASE("a list of CPUs is ranges and single numbers") {
    CHECK(parse_cpu_list("0") == Cpus{0});
    CHECK(parse_cpu_list("0-3,8,10-11") == Cpus{0, 1, 2, 3, 8, 10, 11});
}

TEST_CASE("what is no list of CPUs is none at all") {
    for (const char* text : {"", ",", "-5", "1-", "3-x", "0,a", "0-99999999", "99999999999999999999", "0x1", " "}) {
        INFO(text);
        CHECK(parse_cpu_list(text).empty());
    }
}

TEST_CASE("CPUs are told as ranges and single numbers") {
    CHECK(cpu_list_text({}).empty());
    for (const char* text : {"0", "0-3", "0,2", "0-3,8,10-11"}) {
        CHECK(cpu_list_text(parse_cpu_list(text)) == text);
    }
}

TEST_CASE("an integer may be decimal or hexadecimal and be followed by its unit") {
    CHECK(leading_integer("7921972 kB") == 7921972);
    CHECK(leading_integer("0xd40") == 0xd40);
    CHECK(leading_integer("-1") == -1);
    CHECK_FALSE(leading_integer("max"));
    CHECK_FALSE(leading_integer("99999999999999999999"));
}

TEST_CASE("the first line comes without blanks") {
    FakeHost host;
    host.file("proc/one", "  c7g.xlarge \r\nsecond\n");
    CHECK(first_line_of(host.root() / "proc/one") == "c7g.xlarge");
    CHECK(first_line_of(host.root() / "proc").empty());
    CHECK(first_line_of(host.root() / "proc/missing").empty());
}

TEST_CASE("each processor of /proc/cpuinfo has a record") {
    FakeHost host;
    host.file("proc/cpuinfo", "processor\t: 0\nmodel name\t: A: B\n\nprocessor\t: 1\npower management:\n");
    const std::vector<CpuRecord> records = read_cpuinfo(host.root());
    REQUIRE(records.size() == 2);
    CHECK(value_of(records[0], "model name") == "A: B");
    CHECK(value_of(records[1], "model name").empty());
}

}  // namespace
}  // namespace gravbench::machine
