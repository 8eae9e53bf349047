#include "view/wrap.h"

#include "catch.h"

namespace gravbench::view {
namespace {

TEST_CASE("a line that is too long is broken at blanks, and what follows hangs") {
    CHECK(wrapped("problem  a: one two three\n", 16, 2) == "problem  a: one\n  two three\n");
    CHECK(wrapped("one two three", 7, 2) == "one two\n  three");
}

TEST_CASE("a word longer than the width stays whole") {
    CHECK(wrapped("a net:batch=1,threads=4 b", 10, 2) == "a\n  net:batch=1,threads=4\n  b");
}

TEST_CASE("lines that fit, and text in a pipe, stay as they are") {
    CHECK(wrapped("one\n  two  three\n\nfour", 80, 2) == "one\n  two  three\n\nfour");
    CHECK(wrapped("one two three\n", std::nullopt, 2) == "one two three\n");
    CHECK(wrapped("", 80, 2).empty());
}

TEST_CASE("a letter of two bytes takes one column") {
    CHECK(display_width("caf\xc3\xa9") == 4);
    CHECK(wrapped("caf\xc3\xa9 bar", 8, 2) == "caf\xc3\xa9 bar");
}

}  // namespace
}  // namespace gravbench::view
