#include "yardstick/practical.h"

#include <catch.h>

#include "base/errors.h"
#include "base/files.h"

using namespace gravbench;
using namespace gravbench::yardstick;

namespace {

/// Of a program that is this script of the shell.
class Script {
  public:
    explicit Script(const std::string& lines) {
        write_file(program(), "#!/bin/sh\n" + lines + "\n");
        std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
    }
    std::filesystem::path program() const { return folder_.path() / "it's a program"; }

  private:
    TemporaryFolder folder_;
};

std::string trouble_with(const std::string& lines) {
    const Script script(lines);
    try {
        practical_peaks(script.program(), 1);
    } catch (const DataError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("the program is told its threads as OpenMP is, and what it prints is taken") {
    const Script script(R"(printf '{"threads":%d,"library":"oneDNN %d","peaks":[]}\n' "$1" "$OMP_NUM_THREADS")");
    CHECK(practical_peaks(script.program(), 3) == machine::PracticalPeaks{3, "oneDNN 3", {}});
}

TEST_CASE("a program that does not measure says why, and so does one that is not there") {
    CHECK(trouble_with(R"(echo '{"error":"no bf16 today"}')") == "no bf16 today");
    CHECK_THAT(trouble_with("exit 1"), Contains("it's a program printed no JSON object"));
    CHECK_THAT(trouble_with("echo rubbish"), Contains("printed no JSON object"));
    CHECK_THAT(trouble_with("head -c 200000 /dev/zero"), Contains("printed no JSON object"));
    CHECK_THAT(trouble_with("echo '{}'"), Contains("practical.threads"));
    CHECK_THROWS_WITH(practical_peaks("/nowhere/onednn", 1), "/nowhere/onednn is not there");
}
