#include "protocol/channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "catch.h"

namespace gravbench::protocol {
namespace {

using Outcome = Channel::Outcome;
using namespace std::chrono_literals;

/// A channel, and the bare descriptor of its other side.
class Pair {
  public:
    Pair() : Pair(make()) {}
    ~Pair() { close_other(); }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    void write(const std::string& text) const {
        REQUIRE(::send(other_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }
    std::string read() const {
        std::string text(1 << 16, '\0');
        const ssize_t got = ::recv(other_, text.data(), text.size(), 0);
        REQUIRE(got >= 0);
        text.resize(static_cast<std::size_t>(got));
        return text;
    }
    int other() const { return other_; }
    void close_other() {
        if (other_ >= 0) {
            ::close(other_);
        }
        other_ = -1;
    }

  private:
    explicit Pair(const std::array<int, 2>& both) : channel(both[0]), other_(both[1]) {}
    static std::array<int, 2> make() {
        std::array<int, 2> both{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()) == 0);
        return both;
    }

  public:
    Channel channel;

  private:
    int other_;
};

/// A deadline that is over: whatever has not come by now counts as not having come.
auto now() {
    return std::chrono::steady_clock::now();
}

void check_line(Pair& pair, const std::string& text) {
    const auto received = pair.channel.receive(now() + 10s);
    CHECK(received.outcome == Outcome::line);
    CHECK(received.text == text);
}

TEST_CASE("a message is sent as one line of JSON") {
    Pair pair;
    CHECK(pair.channel.send({{"id", 1}, {"text", "two\nlines"}}) == Outcome::line);
    CHECK(pair.read() == "{\"id\":1,\"text\":\"two\\nlines\"}\n");
}

TEST_CASE("a line is received without its end") {
    Pair pair;
    pair.write("{\"id\":1}\n");
    check_line(pair, "{\"id\":1}");
}

TEST_CASE("a line that comes in pieces is received whole") {
    Pair pair;
    pair.write("{\"id\"");
    CHECK(pair.channel.receive(now()).outcome == Outcome::timeout);
    pair.write(":1");
    CHECK(pair.channel.receive(now()).outcome == Outcome::timeout);
    pair.write("}\n{\"id\":2");
    check_line(pair, "{\"id\":1}");
    pair.write("}\n");
    check_line(pair, "{\"id\":2}");
}

TEST_CASE("several lines that come at once are received one by one") {
    Pair pair;
    pair.write("first\n\nthird\n");
    check_line(pair, "first");
    check_line(pair, "");
    check_line(pair, "third");
    CHECK(pair.channel.receive(now()).outcome == Outcome::timeout);
}

TEST_CASE("a line longer than any buffer is received whole") {
    Pair pair;
    const std::string text(3000000, 'x');
    std::thread writer([&] {
        for (std::size_t at = 0; at < text.size();) {
            const ssize_t sent = ::send(pair.other(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
            if (sent <= 0) {
                return;
            }
            at += static_cast<std::size_t>(sent);
        }
        ::send(pair.other(), "\n", 1, MSG_NOSIGNAL);
    });
    const auto received = pair.channel.receive(now() + 60s);
    writer.join();
    CHECK(received.outcome == Outcome::line);
    CHECK(received.text == text);
}

TEST_CASE("a line that does not end is given up before it takes all memory") {
    Pair pair;
    std::thread writer([&] {
        const std::string part(1 << 20, 'x');
        while (::send(pair.other(), part.data(), part.size(), MSG_NOSIGNAL) > 0) {
        }
    });
    const auto received = pair.channel.receive(now() + 60s);
    ::shutdown(pair.other(), SHUT_RDWR);
    writer.join();
    CHECK(received.outcome == Outcome::too_long);
}

TEST_CASE("programs that are started do not inherit the channel") {
    std::array<int, 2> both{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()) == 0);
    const Channel channel(both[0]);
    CHECK((::fcntl(both[0], F_GETFD) & FD_CLOEXEC) != 0);
    ::close(both[1]);
}

TEST_CASE("an end in the middle of a line gives what came of it") {
    Pair pair;
    pair.write("whole\n{\"id\":");
    pair.close_other();
    check_line(pair, "whole");
    const auto received = pair.channel.receive(now() + 10s);
    CHECK(received.outcome == Outcome::closed);
    CHECK(received.text == "{\"id\":");
}

TEST_CASE("an end between lines is an end without text, and stays one") {
    Pair pair;
    pair.close_other();
    for (int i = 0; i < 2; ++i) {
        const auto received = pair.channel.receive();
        CHECK(received.outcome == Outcome::closed);
        CHECK(received.text.empty());
    }
}

TEST_CASE("nothing comes until the deadline") {
    Pair pair;
    const auto deadline = now() + 20ms;
    CHECK(pair.channel.receive(deadline).outcome == Outcome::timeout);
    CHECK(now() >= deadline);
}

TEST_CASE("a line that is there is received even after the deadline") {
    Pair pair;
    pair.write("late\n");
    const auto received = pair.channel.receive(now() - 1h);
    CHECK(received.outcome == Outcome::line);
    CHECK(received.text == "late");
}

TEST_CASE("waiting ends when the wake descriptor is readable, and loses nothing") {
    Pair pair;
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    pair.write("begun");
    CHECK(pair.channel.receive(now(), pipe[0]).outcome == Outcome::timeout);
    REQUIRE(::write(pipe[1], "x", 1) == 1);
    CHECK(pair.channel.receive(now() + 10s, pipe[0]).outcome == Outcome::woken);
    pair.write(" and ended\n");
    check_line(pair, "begun and ended");
    ::close(pipe[0]);
    ::close(pipe[1]);
}

TEST_CASE("text that is not UTF-8 is sent as UTF-8") {
    Pair pair;
    CHECK(pair.channel.send({{"log", "caf\xe9"}}) == Outcome::line);
    CHECK(pair.read() == "{\"log\":\"caf\xef\xbf\xbd\"}\n");
}

TEST_CASE("sending to an end that is gone is noticed without a signal") {
    Pair pair;
    pair.close_other();
    CHECK(pair.channel.send({{"id", 1}}) == Outcome::closed);
}

TEST_CASE("sending to an end that does not read waits until its deadline, or until it is woken") {
    Pair pair;
    const Json large{{"text", std::string(std::size_t{16} << 20, 'x')}};
    CHECK(pair.channel.send(large, now() + 20ms) == Outcome::timeout);
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    REQUIRE(::write(pipe[1], "x", 1) == 1);
    CHECK(pair.channel.send(large, std::nullopt, pipe[0]) == Outcome::woken);
    ::close(pipe[0]);
    ::close(pipe[1]);
}

TEST_CASE("a message that is larger than any buffer is sent to an end that reads") {
    Pair pair;
    constexpr std::size_t size = std::size_t{4} << 20;
    std::size_t got = 0;
    std::thread reader([&] {
        while (got < size) {
            got += pair.read().size();
        }
    });
    CHECK(pair.channel.send({{"text", std::string(size, 'x')}}, now() + 60s) == Outcome::line);
    reader.join();
    CHECK(got == size + std::string_view("{\"text\":\"\"}\n").size());
}

TEST_CASE("a channel closes its descriptor at its end") {
    std::array<int, 2> both{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()) == 0);
    { const Channel channel(both[0]); }
    char byte = 0;
    CHECK(::recv(both[1], &byte, 1, 0) == 0);
    ::close(both[1]);
}

}  // namespace
}  // namespace gravbench::protocol
