#include "run/stop_signal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/errors.h"

namespace gravbench::run {
namespace {

// A signal handler has no other way to reach anything.
volatile int handler_descriptor = -1;
/// Of the one that others live within; -1 where there is none.
int shared_read_end = -1;
constexpr std::array stopping{SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, stopping.size()> previous;
struct sigaction previous_pipe;

void on_signal(int) {
    const int saved = errno;
    const char byte = 1;
    // Nothing can be done in a handler about a full pipe, which says the same already.
    [[maybe_unused]] const ssize_t written = ::write(handler_descriptor, &byte, 1);
    errno = saved;
}

}  // namespace

StopSignal::StopSignal() {
    if (shared_read_end >= 0) {
        read_end_ = shared_read_end;
        return;
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw DataError("cannot create a pipe");
    }
    read_end_ = ends[0];
    write_end_ = ends[1];
    handler_descriptor = write_end_;
    shared_read_end = read_end_;
    struct sigaction action {};
    action.sa_handler = on_signal;
    for (std::size_t i = 0; i < stopping.size(); ++i) {
        ::sigaction(stopping[i], &action, &previous[i]);
    }
    if (previous[2].sa_handler == SIG_IGN) {  // nohup
        ::sigaction(SIGHUP, &previous[2], nullptr);
    }
    action.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &action, &previous_pipe);
}

StopSignal::~StopSignal() {
    if (write_end_ < 0) {
        return;
    }
    for (std::size_t i = 0; i < stopping.size(); ++i) {
        ::sigaction(stopping[i], &previous[i], nullptr);
    }
    ::sigaction(SIGPIPE, &previous_pipe, nullptr);
    handler_descriptor = -1;
    shared_read_end = -1;
    ::close(read_end_);
    ::close(write_end_);
}

bool is_raised_within(int stop_descriptor, std::chrono::nanoseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    constexpr std::chrono::milliseconds longest_wait = std::chrono::minutes(1);
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        const auto wait = std::clamp(left, std::chrono::milliseconds(0), longest_wait);
        pollfd descriptor{stop_descriptor, POLLIN, 0};
        if (::poll(&descriptor, 1, static_cast<int>(wait.count())) > 0) {
            return true;
        }
        if (left <= std::chrono::milliseconds(0)) {
            return false;
        }
    }
}

}  // namespace gravbench::run
