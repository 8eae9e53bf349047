#include "yardstick/serve.h"

#include <fmt/format.h>

#include "base/checked_json.h"
#include "base/errors.h"
#include "protocol/channel.h"
#include "protocol/line.h"
#include "protocol/messages.h"

namespace gravbench::yardstick {

namespace {

/// Where each thread is to be; empty where the kernel is to choose.
std::vector<int> cpus_of(const Json& request) {
    std::vector<int> cpus;
    if (checked::has(request, "cpus")) {
        for (const std::int64_t cpu : checked::integers(request, "cpus", machine::cpu_numbers, "read")) {
            cpus.push_back(static_cast<int>(cpu));
        }
    }
    return cpus;
}

}  // namespace

Json answer(const std::string& line, Yardstick& yardstick, int most_threads, const PracticalPeaksOf& practical) {
    try {
        const auto request = protocol::parse_message(line);
        if (!request) {
            throw DataError("a request is a JSON object");
        }
        const std::string name = checked::text(*request, "request", "request");
        if (name == "describe") {
            return machine::to_json(yardstick.description());
        }
        const auto threads = [&] {
            return static_cast<int>(checked::integer(*request, "threads", {1, most_threads}, name));
        };
        if (name == "read") {
            return machine::to_json(yardstick.read(threads(), cpus_of(*request)));
        }
        if (name == "practical") {
            yardstick.free_threads();
            return machine::to_json(practical(threads()));
        }
        throw DataError(fmt::format("\"{}\" is none of describe, read, practical", name));
    } catch (const Error& error) {
        return {{"error", error.what()}};
    }
}

void serve(Yardstick& yardstick, int most_threads, const PracticalPeaksOf& practical) {
    protocol::Channel channel(protocol::channel_descriptor);
    for (auto got = channel.receive(); got.outcome == protocol::Channel::Outcome::line; got = channel.receive()) {
        channel.send(answer(got.text, yardstick, most_threads, practical));
    }
}

}  // namespace gravbench::yardstick
