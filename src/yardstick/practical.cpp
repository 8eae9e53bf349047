#include "yardstick/practical.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/checked_json.h"
#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "protocol/line.h"
#include "protocol/messages.h"

namespace gravbench::yardstick {
namespace {

/// All that a command of the shell prints; its stderr is this process's.
std::string output_of(const std::string& command) {
    constexpr std::size_t most = 1 << 16;  // A damaged program may print without end.
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    if (!pipe) {
        throw DataError(fmt::format("cannot start {}: {}", command, std::strerror(errno)));
    }
    std::string text;
    std::array<char, 4096> part{};
    for (std::size_t count = 1; count > 0 && text.size() < most;) {
        count = std::fread(part.data(), 1, part.size(), pipe.get());
        text.append(part.data(), count);
    }
    return text;
}

}  // namespace

machine::PracticalPeaks practical_peaks(const std::filesystem::path& program, int threads) {
    if (!is_there(program)) {
        throw DataError(fmt::format("{} is not there", program.string()));
    }
    const std::string number = std::to_string(threads);
    const auto reply = protocol::parse_message(
        output_of(fmt::format("OMP_NUM_THREADS={} {}", number, shell_line({program.string(), number}))));
    if (!reply) {
        throw DataError(fmt::format("{} printed no JSON object", program.string()));
    }
    if (checked::has(*reply, "error")) {
        throw DataError(protocol::printable(checked::text(*reply, "error", "practical"), 500));
    }
    return machine::practical_peaks_from(*reply, "practical");
}

}  // namespace gravbench::yardstick
