#include "run/stop_signal.h"

#include <poll.h>
#include <signal.h>

#include "catch.h"

namespace gravbench::run {
namespace {

bool is_readable(int descriptor) {
    pollfd one{descriptor, POLLIN, 0};
    return ::poll(&one, 1, 0) == 1;
}

TEST_CASE("SIGINT and SIGTERM can be waited for, and stay raised") {
    for (const int number : {SIGINT, SIGTERM}) {
        const StopSignal stop;
        CHECK_FALSE(stop.is_raised());
        CHECK_FALSE(is_readable(stop.descriptor()));
        ::raise(number);
        CHECK(stop.is_raised());
        CHECK(is_readable(stop.descriptor()));
        ::raise(number);
        CHECK(stop.is_raised());
    }
}

TEST_CASE("the old handlers come back") {
    struct sigaction before {};
    struct sigaction after {};
    ::sigaction(SIGTERM, nullptr, &before);
    { const StopSignal stop; }
    ::sigaction(SIGTERM, nullptr, &after);
    CHECK(before.sa_handler == after.sa_handler);
}

}  // namespace
}  // namespace gravbench::run
