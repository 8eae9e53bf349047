#include "run/stop_signal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/errors.h"

namespace gravbench::run {
namespace {

// A signal handler has no other way to reach anything.
volatile int handler_descriptor = -1;
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
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw DataError("cannot create a pipe");
    }
    read_end_ = ends[0];
    write_end_ = ends[1];
    handler_descriptor = write_end_;
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
    for (std::size_t i = 0; i < stopping.size(); ++i) {
        ::sigaction(stopping[i], &previous[i], nullptr);
    }
    ::sigaction(SIGPIPE, &previous_pipe, nullptr);
    handler_descriptor = -1;
    ::close(read_end_);
    ::close(write_end_);
}

bool StopSignal::is_raised() const {
    pollfd descriptor{read_end_, POLLIN, 0};
    return ::poll(&descriptor, 1, 0) > 0;
}

}  // namespace gravbench::run
