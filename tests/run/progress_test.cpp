#include "run/progress.h"

#include <cstdio>

#include "base/files.h"
#include "catch.h"

namespace gravbench::run {
namespace {

using std::chrono::seconds;

records::LaunchRecord launch(const std::string& cell, int number = 0) {
    records::LaunchRecord record;
    record.cell = cell;
    record.launch.number = number;
    record.launch.blocks.push_back({{1000000, 1000000, 1000000, 1000000, 1000000}, 5000000});
    return record;
}

/// What a Progress writes to a file.
class Written {
  public:
    Written() : stream_(std::fopen((folder_.path() / "progress").c_str(), "w")) {}
    std::FILE* stream() const { return stream_; }
    std::string text() {
        std::fclose(stream_);
        return read_file(folder_.path() / "progress");
    }

  private:
    TemporaryFolder folder_;
    std::FILE* stream_;
};

TEST_CASE("before the first launch there is no estimate of the time left") {
    CHECK(Progress(nullptr, false, {{"a", 5}}).time_left() == seconds(0));
}

TEST_CASE("the time left is each cell's own mean for what it has left") {
    Progress progress(nullptr, false, {{"fast", 3}, {"slow", 3}});
    progress.launch_finished(launch("fast"), seconds(1));
    progress.launch_finished(launch("slow"), seconds(10));
    CHECK(progress.time_left() == seconds(2 * 1 + 2 * 10));
}

TEST_CASE("a cell without launches is taken to be as slow as the others on average") {
    Progress progress(nullptr, false, {{"a", 2}, {"b", 2}, {"new", 4}});
    progress.launch_finished(launch("a"), seconds(2));
    progress.launch_finished(launch("b"), seconds(4));
    CHECK(progress.time_left() == seconds(2 + 4 + 4 * 3));
}

TEST_CASE("a cell that is given up costs no more time") {
    Progress progress(nullptr, false, {{"a", 5}, {"broken", 5}});
    progress.launch_finished(launch("a"), seconds(1));
    progress.launch_finished(launch("broken"), seconds(1));
    progress.cell_abandoned("broken");
    CHECK(progress.time_left() == seconds(4));
}

TEST_CASE("launches beyond the plan's count as soon as they are expected") {
    Progress progress(nullptr, false, {{"a", 1}});
    progress.launch_finished(launch("a"), seconds(2));
    CHECK(progress.time_left() == seconds(0));
    progress.launch_expected("a");
    CHECK(progress.time_left() == seconds(2));
}

TEST_CASE("off a terminal each launch is a plain line") {
    Written written;
    Progress progress(written.stream(), false, {{"a", 2}});
    progress.begin("a");
    progress.launch_finished(launch("a", 0), seconds(3));
    progress.launch_finished(launch("a", 1), seconds(3));
    progress.finish();
    CHECK(written.text() == "[1/2] a launch 1: p50 1 ms, about 3.0 s left\n[2/2] a launch 2: p50 1 ms\n");
}

TEST_CASE("on a terminal a bar is drawn over itself and wiped at the end") {
    Written written;
    Progress progress(written.stream(), true, {{"a", 2}});
    progress.begin("a");
    progress.launch_finished(launch("a"), seconds(3));
    progress.finish();
    const std::string text = written.text();
    CHECK_THAT(text, Contains("\r\033[K[                              ] 0/2 a"));
    CHECK_THAT(text, Contains("\r\033[K[===============               ] 1/2 about 3.0 s left  a"));
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.substr(text.size() - 4) == "\r\033[K");
}

TEST_CASE("more launches than were foreseen fill the bar, and no more than that") {
    Written written;
    Progress progress(written.stream(), true, {{"a", 1}, {"b", 0}});
    progress.launch_finished(launch("a"), seconds(3));
    progress.launch_finished(launch("b"), seconds(3));
    CHECK_THAT(written.text(), Contains("[==============================]"));
}

TEST_CASE("a launch that fails is told with its reason, on a terminal too") {
    for (const bool is_terminal : {false, true}) {
        Written written;
        Progress progress(written.stream(), is_terminal, {{"a", 2}});
        records::LaunchRecord failed = launch("a");
        failed.problem = records::Problem{"engine_crashed", "it was ended by signal 6"};
        progress.launch_finished(failed, seconds(1));
        CHECK_THAT(written.text(), Contains("[1/2] a launch 1: engine_crashed: it was ended by signal 6\n"));
    }
}

}  // namespace
}  // namespace gravbench::run
