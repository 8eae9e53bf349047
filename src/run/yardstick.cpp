#include "run/yardstick.h"

#include <fmt/format.h>

#include <utility>

#include "base/checked_json.h"
#include "base/clock.h"
#include "base/errors.h"
#include "protocol/channel.h"
#include "protocol/line.h"
#include "protocol/messages.h"
#include "run/launch.h"

namespace gravbench::run {

using protocol::Channel;
using std::chrono::nanoseconds;

namespace {

/// What its start and first reading take where nothing is known yet: it touches a few hundred megabytes.
constexpr nanoseconds expected_start = std::chrono::milliseconds(200);
constexpr nanoseconds expected_reading = std::chrono::milliseconds(15);
constexpr nanoseconds expected_practical = std::chrono::seconds(2);
/// On a busy machine the library's threads wait for each other at every call.
constexpr int practical_patience = 6;

}  // namespace

struct Yardstick::Process {
    EngineProcess process;
    Channel channel;

    Process(const Engine& program, const std::filesystem::path& log)
        : process(program, inherited_environment(), log), channel(process.take_channel()) {}
};

Yardstick::Yardstick(Options options, std::int64_t began_ns) : options_(std::move(options)), began_ns_(began_ns) {}

Yardstick::~Yardstick() = default;

bool Yardstick::is_affordable(nanoseconds expected) const {
    const nanoseconds elapsed(monotonic_ns() - began_ns_);
    const auto allowed = yardstick_share * static_cast<double>(elapsed.count());
    return options_.use == plan::YardstickUse::after_every_block ||
           static_cast<double>((spent_ + expected).count()) <= allowed;
}

std::filesystem::path Yardstick::log() const {
    return options_.work_folder / "yardstick.log";
}

void Yardstick::start() {
    const Engine program{"yardstick",
                         {options_.program.string(), "--serve", "--threads", std::to_string(options_.most_threads)}};
    process_ = std::make_unique<Process>(program, log());
    description_ = machine::yardstick_description_from(ask({{"request", "describe"}}, options_.timeout), "describe");
}

Json Yardstick::ask(const Json& request, nanoseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    auto outcome = process_->channel.send(request, deadline, options_.stop_descriptor);
    Channel::Received got{outcome, ""};
    if (outcome == Channel::Outcome::line) {
        got = process_->channel.receive(deadline, options_.stop_descriptor);
    }
    if (got.outcome == Channel::Outcome::woken) {
        throw Interrupted();
    }
    if (got.outcome == Channel::Outcome::timeout) {
        throw DataError(fmt::format("no answer within {}", describe_duration(timeout)));
    }
    const auto reply = got.outcome == Channel::Outcome::line ? protocol::parse_message(got.text) : std::nullopt;
    if (!reply) {
        throw DataError("it ended, or sent what is no message");
    }
    if (checked::has(*reply, "error")) {
        throw DataError(protocol::printable(checked::text(*reply, "error", "reply"), 500));
    }
    return *reply;
}

std::optional<machine::YardstickReading> Yardstick::read(int threads, const std::vector<int>& cpus) {
    const nanoseconds expected = process_ ? last_ : expected_start + expected_reading;
    if (options_.use == plan::YardstickUse::off || !trouble_.empty() || !is_affordable(expected)) {
        return std::nullopt;
    }
    const std::int64_t begin = monotonic_ns();
    std::optional<machine::YardstickReading> reading;
    try {
        if (!process_) {
            start();
        }
        const std::int64_t asked = monotonic_ns();
        const Json request{{"request", "read"}, {"threads", threads}, {"cpus", cpus}};
        reading = machine::yardstick_reading_from(ask(request, options_.timeout), "read");
        last_ = nanoseconds(monotonic_ns() - asked);
        threads_read_.insert(threads);
    } catch (const EngineError& error) {
        trouble_ = error.what();
    } catch (const DataError& error) {
        trouble_ = with_log(error.what(), log());
    }
    if (!trouble_.empty()) {
        process_.reset();
    }
    spent_ += nanoseconds(monotonic_ns() - begin);
    return reading;
}

machine::PracticalPeaks Yardstick::ask_practical(int threads) {
    const nanoseconds elapsed(monotonic_ns() - began_ns_);
    if (options_.most_time && elapsed + expected_practical > *options_.most_time) {
        throw DataError("no time is left for it (--max-time)");
    }
    const Json request{{"request", "practical"}, {"threads", threads}};
    return machine::practical_peaks_from(ask(request, practical_patience * options_.timeout), "practical");
}

std::vector<machine::PracticalPeaks> Yardstick::practical_peaks() {
    std::vector<machine::PracticalPeaks> peaks;
    if (options_.use != plan::YardstickUse::after_every_block || !process_) {
        return peaks;
    }
    try {
        for (const int threads : threads_read_) {
            peaks.push_back(ask_practical(threads));
        }
    } catch (const Interrupted&) {
        practical_trouble_ = "interrupted";
    } catch (const DataError& error) {
        practical_trouble_ = with_log(error.what(), log());
    }
    return peaks;
}

}  // namespace gravbench::run
