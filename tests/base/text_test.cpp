#include "base/text.h"

#include "base/arm_core.h"
#include "catch.h"

namespace gravbench {
namespace {

const std::vector<std::string> names{"batch", "seq", "threads", "fpmath", "jit"};

TEST_CASE("a word with up to two slips is recognised") {
    CHECK(nearest("fpmath", names) == "fpmath");
    CHECK(nearest("fpmth", names) == "fpmath");     // one left out
    CHECK(nearest("fpmaaath", names) == "fpmath");  // two too many
    CHECK(nearest("tpmaht", {"fpmath"}).empty());   // three
    CHECK(nearest("batsh", names) == "batch");
}

TEST_CASE("the nearest of several names is suggested, and of two equals the first") {
    CHECK(nearest("thread", {"threats", "threads", "thread"}) == "thread");
    CHECK(nearest("aXc", {"abc", "adc"}) == "abc");
}

TEST_CASE("a short name is not suggested for a word that shares nothing with it") {
    CHECK(nearest("xy", {"ab", "c"}).empty());
    CHECK(nearest("", {"ab", "c"}).empty());
    CHECK(nearest("x", {}).empty());
}

TEST_CASE("a suggestion is the end of a sentence, or nothing") {
    CHECK(did_you_mean("fpmaht", names) == "; did you mean \"fpmath\"?");
    CHECK(did_you_mean("precision", names).empty());
}

TEST_CASE("text is plain that is UTF-8 without control characters") {
    for (const char* text : {"", "resnet50", "caf\xc3\xa9", "a=b, c"}) {
        CHECK(is_plain(text));
    }
    for (const char* text : {"caf\xe9", "a\nb", "\x1b[2J", "a\x7f", "\xed\xa0\x80"}) {
        CHECK_FALSE(is_plain(text));
    }
    CHECK(one_line("a\n\x1b[2Jb\x7f") == "a  [2Jb ");
}

TEST_CASE("the first line of several says that there are more") {
    CHECK(first_line("one") == "one");
    CHECK(first_line("one\ntwo\nthree") == "one ...");
    CHECK(first_line("").empty());
}

TEST_CASE("splitting keeps empty pieces") {
    using Pieces = std::vector<std::string>;
    CHECK(split("1,8,32", ',') == Pieces{"1", "8", "32"});
    CHECK(split("a,,b", ',') == Pieces{"a", "", "b"});
    CHECK(split(",", ',') == Pieces{"", ""});
    CHECK(split("", ',') == Pieces{""});
}

TEST_CASE("Graviton's cores are known by name") {
    CHECK(arm_core_name(0x41, 0xd08) == "Cortex-A72");   // Graviton
    CHECK(arm_core_name(0x41, 0xd0c) == "Neoverse N1");  // Graviton2
    CHECK(arm_core_name(0x41, 0xd40) == "Neoverse V1");  // Graviton3
    CHECK(arm_core_name(0x41, 0xd4f) == "Neoverse V2");  // Graviton4
    CHECK(arm_core_name(0x41, 0xd84) == "Neoverse V3");
}

TEST_CASE("a core that is not known is named by its numbers, and none where there are none") {
    CHECK(arm_core_name(0x41, 0xfff) == "Arm implementer 0x41 part 0xfff");
    CHECK(arm_core_name(0x61, 0xd40) == "Arm implementer 0x61 part 0xd40");  // another maker's part of that number
    CHECK(arm_core_name(0, 0).empty());
}

}  // namespace
}  // namespace gravbench
