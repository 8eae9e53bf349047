#include "view/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "catch.h"

namespace gravbench::view {
namespace {

/// A terminal of this width, without a person.
class Terminal {
  public:
    explicit Terminal(unsigned short columns) : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
        ::grantpt(master_);
        ::unlockpt(master_);
        slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
        const winsize size{24, columns, 0, 0};
        ::ioctl(slave_, TIOCSWINSZ, &size);
    }
    ~Terminal() {
        ::close(slave_);
        ::close(master_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    int descriptor() const { return slave_; }

  private:
    int master_;
    int slave_ = -1;
};

TEST_CASE("a terminal has the width that it says, and COLUMNS wins over it") {
    const Terminal terminal(132);
    REQUIRE(::isatty(terminal.descriptor()) == 1);
    CHECK(terminal_width(terminal.descriptor(), nullptr) == 132);
    CHECK(terminal_width(terminal.descriptor(), "100") == 100);
}

TEST_CASE("COLUMNS that is no number is passed over") {
    const Terminal terminal(132);
    for (const char* columns : {"", "wide", "0", "-1", "80x"}) {
        INFO(columns);
        CHECK(terminal_width(terminal.descriptor(), columns) == 132);
    }
}

TEST_CASE("a terminal that does not know its width has none") {
    const Terminal terminal(0);
    CHECK_FALSE(terminal_width(terminal.descriptor(), nullptr));
}

TEST_CASE("a pipe has no width, whatever COLUMNS says") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    CHECK_FALSE(terminal_width(ends[1], nullptr));
    CHECK_FALSE(terminal_width(ends[1], "100"));
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace gravbench::view
