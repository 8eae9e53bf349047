#include "run/yardstick.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "catch.h"

namespace gravbench::run {
namespace {

const std::string description =
    R"({"f32_loop":"avx2","bf16_loop":"","triad_loop":"avx2","l2_bytes":1,"llc_bytes":2,"memory_bytes":3})";
const std::string reading =
    R"({"threads":2,"f32_gflops":100,"bf16_gflops":0,"clock_ghz":3,"l2_gb_per_s":90,"llc_gb_per_s":50,)"
    R"("memory_gb_per_s":20,"load_ns":100,"took_ns":7000000})";

const std::string practical =
    R"({"threads":2,"library":"oneDNN 2.6.3","peaks":[{"type":"f32","gflops":90,"kernel":"brgemm","size":1024}]})";

/// A yardstick that gives one line for each line that it is sent, the last one over and over.
class ScriptedYardstick {
  public:
    explicit ScriptedYardstick(const std::vector<std::string>& lines) {
        const std::string next =
            "read -r request <&3 || exit 0\necho \"$request\" >> '" + requests_path().string() + "'\n";
        std::string script = "#!/bin/sh\n";
        std::string last;
        for (const std::string& line : lines) {
            last = line == "end" ? "echo no luck >&2\nexit 3\n"
                                 : (line == "hang" ? "" : "printf '%s\\n' '" + line + "' >&3\n");
            script += next + last;
        }
        script += "while :; do\n" + next + last + "done\n";
        write_file(program(), script);
        std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
    }
    std::filesystem::path program() const { return folder_.path() / "yardstick"; }
    Yardstick::Options options(plan::YardstickUse use) const {
        return {program(), 2, folder_.path(), -1, use, std::chrono::minutes(1)};
    }
    Yardstick start(plan::YardstickUse use, std::chrono::nanoseconds ago) const {
        return Yardstick(options(use), monotonic_ns() - ago.count());
    }
    /// How many it has got so far.
    std::size_t requests() const {
        const std::string text = read_file(requests_path());
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }

  private:
    std::filesystem::path requests_path() const { return folder_.path() / "requests"; }

    TemporaryFolder folder_;
};

constexpr auto on = plan::YardstickUse::after_every_block;
constexpr auto within = plan::YardstickUse::within_its_share;

/// What is said where readings cannot be had.
std::string trouble_with(const std::vector<std::string>& lines) {
    const ScriptedYardstick scripted(lines);
    Yardstick::Options options = scripted.options(on);
    const bool hangs = lines.back() == "hang";
    if (hangs) {
        options.timeout = std::chrono::milliseconds(200);
    }
    Yardstick yardstick(options, monotonic_ns());
    CHECK(!yardstick.read(2));
    CHECK(!yardstick.read(2));  // It is not asked again:
    CHECK((hangs || scripted.requests() == lines.size()));
    return yardstick.trouble();
}

TEST_CASE("the yardstick's readings come as it sends them") {
    const ScriptedYardstick scripted({description, reading});
    Yardstick yardstick = scripted.start(on, std::chrono::nanoseconds(0));
    CHECK(!yardstick.description());
    for (int i = 0; i < 3; ++i) {
        const auto got = yardstick.read(2);
        REQUIRE(got.has_value());
        CHECK(got->memory_gb_per_s == 20);
    }
    CHECK(yardstick.description()->f32_loop == "avx2");
    CHECK(yardstick.trouble().empty());
}

TEST_CASE("the yardstick is read only where its share of the run's time allows that") {
    const ScriptedYardstick scripted({description, reading});
    CHECK(!scripted.start(within, std::chrono::seconds(1)).read(2));
    CHECK(!scripted.start(plan::YardstickUse::off, std::chrono::hours(1)).read(2));
    Yardstick yardstick = scripted.start(within, std::chrono::hours(1));
    CHECK(yardstick.read(2));
    CHECK(yardstick.read(2));
}

TEST_CASE("a yardstick that cannot be had costs its readings and nothing else") {
    CHECK_THAT(trouble_with({"rubbish"}), Contains("no message"));
    CHECK_THAT(trouble_with({description, "rubbish"}), Contains("no message"));
    CHECK_THAT(trouble_with({"[1]"}), Contains("no message"));
    CHECK_THAT(trouble_with({"{}"}), Contains("describe.f32_loop"));
    CHECK_THAT(trouble_with({description, R"({"threads":2})"}), Contains("read.f32_gflops"));
    CHECK_THAT(trouble_with({description, R"({"error":"no memory"})"}), Contains("no memory"));
    CHECK_THAT(trouble_with({description, R"({"error":3})"}), Contains("error"));
    CHECK_THAT(trouble_with({description, "end"}), Contains("ended") && Contains("no luck"));
    CHECK_THAT(trouble_with({"hang"}), Contains("no answer within"));
    CHECK_THAT(trouble_with({description, "hang"}), Contains("no answer within"));
}

TEST_CASE("what a library reaches is asked once for each number of threads that was read") {
    const ScriptedYardstick scripted({description, reading, reading, reading, practical});
    Yardstick yardstick = scripted.start(on, std::chrono::nanoseconds(0));
    for (const int threads : {2, 1, 2}) {
        yardstick.read(threads);
    }
    const auto peaks = yardstick.practical_peaks();
    REQUIRE(peaks.size() == 2);
    CHECK(peaks[0].peaks.at(0).kernel == "brgemm");
    CHECK(scripted.requests() == 6);
    CHECK(yardstick.practical_trouble().empty());
}

TEST_CASE("what a library reaches is not asked where a run spares its time, nor without a reading") {
    const ScriptedYardstick scripted({description, reading, practical});
    CHECK(scripted.start(on, std::chrono::nanoseconds(0)).practical_peaks().empty());
    Yardstick spare = scripted.start(within, std::chrono::hours(1));
    REQUIRE(spare.read(2));
    CHECK(spare.practical_peaks().empty());
    CHECK(spare.practical_trouble().empty());
    Yardstick::Options options = scripted.options(on);
    options.most_time = std::chrono::hours(1);
    Yardstick late(options, monotonic_ns() - std::chrono::nanoseconds(std::chrono::hours(1)).count());
    REQUIRE(late.read(2));
    CHECK(late.practical_peaks().empty());
    CHECK_THAT(late.practical_trouble(), Contains("--max-time"));
}

TEST_CASE("a yardstick that does not say what a library reaches costs that and nothing else") {
    const auto trouble_of = [](const std::string& reply) {
        const ScriptedYardstick scripted({description, reading, reply});
        Yardstick yardstick = scripted.start(on, std::chrono::nanoseconds(0));
        CHECK(yardstick.read(2));
        CHECK(yardstick.practical_peaks().empty());
        CHECK(yardstick.trouble().empty());
        return yardstick.practical_trouble();
    };
    CHECK_THAT(trouble_of(R"({"error":"none of describe, read"})"), Contains("none of describe, read"));
    CHECK_THAT(trouble_of(R"({"threads":2})"), Contains("practical.library"));
    CHECK_THAT(trouble_of("rubbish"), Contains("no message"));
    CHECK_THAT(trouble_of("end"), Contains("ended"));
}

TEST_CASE("a yardstick that is not there says so") {
    const TemporaryFolder folder;
    Yardstick yardstick({folder.path() / "missing", 1, folder.path(), -1, on, std::chrono::seconds(1)}, 0);
    CHECK(!yardstick.read(1));
    CHECK_THAT(yardstick.trouble(), Contains("missing"));
}

TEST_CASE("Ctrl-C is not kept waiting by the yardstick") {
    std::array<int, 2> stop{};
    REQUIRE(::pipe(stop.data()) == 0);
    const FileDescriptor reading_end(stop[0]);
    const FileDescriptor writing_end(stop[1]);
    REQUIRE(::write(writing_end.get(), "x", 1) == 1);
    const ScriptedYardstick scripted({"hang"});
    Yardstick::Options options = scripted.options(on);
    options.stop_descriptor = reading_end.get();
    Yardstick yardstick(options, monotonic_ns());
    CHECK_THROWS_AS(yardstick.read(1), Interrupted);
}

}  // namespace
}  // namespace gravbench::run
