#include "protocol/channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace gravbench::protocol {
namespace {

using Clock = std::chrono::steady_clock;

int milliseconds_left(std::optional<Clock::time_point> deadline) {
    if (!deadline) {
        return -1;
    }
    // Rounded up, so that a wait never ends just before its deadline and spins.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, INT_MAX));
}

}  // namespace

Channel::Channel(int descriptor) : descriptor_(descriptor) {
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

Channel::~Channel() {
    ::close(descriptor_);
}

Channel::Outcome Channel::send(const Json& message, std::optional<Clock::time_point> deadline, int wake_descriptor) {
    // Text that came from a model or a log may not be UTF-8; it must not stop the message.
    return send_text(message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", deadline, wake_descriptor);
}

Channel::Outcome Channel::send_text(std::string_view text, std::optional<Clock::time_point> deadline,
                                    int wake_descriptor) {
    std::array<pollfd, 2> descriptors{{{descriptor_, POLLOUT, 0}, {wake_descriptor, POLLIN, 0}}};
    std::size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t written =
            ::send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written >= 0) {
            sent += static_cast<std::size_t>(written);
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            return Outcome::closed;
        }
        const int ready = ::poll(descriptors.data(), descriptors.size(), milliseconds_left(deadline));
        if (ready == 0) {
            return Outcome::timeout;
        }
        if (ready > 0 && descriptors[1].revents != 0) {
            return Outcome::woken;
        }
    }
    return Outcome::line;
}

std::optional<std::string> Channel::take_line() {
    const auto end = buffer_.find('\n', searched_);
    if (end == std::string::npos) {
        searched_ = buffer_.size();
        return std::nullopt;
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    searched_ = 0;
    return line;
}

Channel::Received Channel::receive(std::optional<Clock::time_point> deadline, int wake_descriptor) {
    std::array<pollfd, 2> descriptors{{{descriptor_, POLLIN, 0}, {wake_descriptor, POLLIN, 0}}};
    for (;;) {
        if (auto line = take_line()) {
            return {Outcome::line, std::move(*line)};
        }
        if (buffer_.size() > most_line_bytes) {
            return {Outcome::too_long, buffer_};
        }
        const int ready = ::poll(descriptors.data(), descriptors.size(), milliseconds_left(deadline));
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready == 0) {
            return {Outcome::timeout, buffer_};
        }
        if (descriptors[1].revents != 0) {
            return {Outcome::woken, {}};
        }
        std::array<char, 65536> chunk{};
        const ssize_t got = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return {Outcome::closed, buffer_};
        }
        buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace gravbench::protocol
