#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace gravbench::protocol {

/// The descriptor on which the front hands an engine its end of the channel, and the variable that names it.
inline constexpr int channel_descriptor = 3;
inline constexpr const char* channel_variable = "GRAVBENCH_CHANNEL";

/// One end of the line-wise JSON channel of docs/protocol.md. Owns its descriptor, which programs that this process
/// starts do not inherit: the other side would not see this one end while they live.
class Channel {
  public:
    explicit Channel(int descriptor);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// A block of the most inferences that a front asks for is a hundredth of that. Whoever sends without end would
    /// take all memory.
    static constexpr std::size_t most_line_bytes = std::size_t{64} << 20;

    enum class Outcome { line, too_long, closed, timeout, woken };
    struct Received {
        Outcome outcome;
        /// The line without its end. Where the other side closed in the middle of a line, or sent too long a one, what
        /// came of it.
        std::string text;
    };

    /// Sends one message, and waits where the other side does not read, until `deadline` (for ever without one) or
    /// until `wake_descriptor` (none if negative) is readable. `line` where all of it was sent, `closed` where the
    /// other side is gone.
    Outcome send(const Json& message, std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt,
                 int wake_descriptor = -1);

    /// The same with these bytes as they are: for whoever tries what an engine does with a wrong message.
    Outcome send_text(std::string_view text, std::optional<std::chrono::steady_clock::time_point> deadline,
                      int wake_descriptor);

    /// Waits for a line until `deadline` (for ever without one), or until `wake_descriptor` (none if negative) is
    /// readable.
    Received receive(std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt,
                     int wake_descriptor = -1);

  private:
    std::optional<std::string> take_line();

    int descriptor_;
    std::string buffer_;
    std::size_t searched_ = 0;
};

}  // namespace gravbench::protocol
