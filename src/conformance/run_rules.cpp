#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/clock.h"
#include "conformance/examination.h"
#include "conformance/rule.h"

namespace gravbench::conformance {
namespace {

struct Timed {
    std::vector<std::int64_t> samples;
    std::int64_t wall_ns = 0;
    std::int64_t elapsed_ns = 0;  ///< by this side's clock, request and reply included
};

Timed run(Conversation& conversation, const Json& request) {
    const std::int64_t start = monotonic_ns();
    const Json reply = conversation.ask_for("run", request);
    const std::int64_t elapsed = monotonic_ns() - start;
    protocol::BlockSamples block = parsed([&] { return protocol::block_samples_from(reply); });
    if (block.streams.size() != 1) {
        throw Broken(fmt::format("run {}: {} streams, where one was asked for", request.dump(), block.streams.size()));
    }
    return {std::move(block.streams.front()), block.wall_ns, elapsed};
}

std::int64_t sum_of(const std::vector<std::int64_t>& samples) {
    return std::accumulate(samples.begin(), samples.end(), std::int64_t{0});
}

void makes_so_many(Examination& examination) {
    Conversation& conversation = examination.loaded();
    for (const std::size_t count : {1, 2, 7}) {
        const Timed block = run(conversation, {{"count", count}});
        if (block.samples.size() != count) {
            throw Broken(fmt::format("asked for {} inferences it gives {} samples", count, block.samples.size()));
        }
    }
}

void check_count(std::size_t samples, std::size_t least, std::size_t most, const Json& request) {
    if (samples < least || samples > most) {
        throw Broken(fmt::format("run {}: {} samples, expected {}", request.dump(), samples,
                                 least == most ? std::to_string(least) : fmt::format("{} to {}", least, most)));
    }
}

void keeps_to_the_duration(Examination& examination) {
    Conversation& conversation = examination.loaded();
    const Json at_least{{"duration_ns", 1}, {"minimum_count", 5}, {"maximum_count", 1000}};
    check_count(run(conversation, at_least).samples.size(), 5, 5, at_least);
    const Json at_most{{"duration_ns", 3'600'000'000'000}, {"minimum_count", 1}, {"maximum_count", 3}};
    check_count(run(conversation, at_most).samples.size(), 3, 3, at_most);
    constexpr std::int64_t duration_ns = 50'000'000;
    const Json in_time{{"duration_ns", duration_ns}, {"minimum_count", 1}, {"maximum_count", 1 << 20}};
    const Timed block = run(conversation, in_time);
    check_count(block.samples.size(), 1, 1 << 20, in_time);
    constexpr std::int64_t patience_ns = 1'000'000;
    if (block.wall_ns + patience_ns < duration_ns && block.samples.size() < std::size_t{1} << 20) {
        throw Broken(fmt::format("run {}: it ends after {} ns", in_time.dump(), block.wall_ns));
    }
    // The one in which the time ran out is the last.
    const std::int64_t before_last = sum_of(block.samples) - block.samples.back();
    if (before_last > duration_ns) {
        throw Broken(fmt::format("run {}: before the last inference others had taken {} ns already", in_time.dump(),
                                 before_last));
    }
}

/// A clock in other units, or one that leaves out most of the work, is far from this side's.
void times_by_a_clock(Examination& examination) {
    constexpr std::int64_t duration_ns = 200'000'000;
    constexpr std::int64_t most_samples = 2000;  // So that a long list does not make the reply late.
    const Json request{{"duration_ns", duration_ns}, {"minimum_count", 2}, {"maximum_count", most_samples}};
    const Timed block = run(examination.loaded(), request);
    check_count(block.samples.size(), 2, most_samples, request);
    if (block.wall_ns > block.elapsed_ns + block.elapsed_ns / 100) {
        throw Broken(fmt::format("\"wall_ns\" is {}, and all of it, with request and reply, took {} ns here",
                                 block.wall_ns, block.elapsed_ns));
    }
    if (block.elapsed_ns < duration_ns) {
        throw NotChecked("an inference of this model is too short for this side's clock");
    }
    // Where the machine is busy, a reply may be late.
    constexpr std::int64_t patience_ns = 50'000'000;
    if (block.wall_ns < (block.elapsed_ns - patience_ns) / 4) {
        throw Broken(
            fmt::format("\"wall_ns\" is {}, and the engine worked for {} ns: less than a quarter of it is in "
                        "the block",
                        block.wall_ns, block.elapsed_ns));
    }
}

void refuses_no_length(Examination& examination) {
    Conversation& conversation = examination.loaded();
    for (const Json& request : {Json{{"count", 0}}, Json{{"count", -1}}, Json{{"count", "many"}},
                                Json{{"duration_ns", -1}}, Json::object()}) {
        conversation.ask_in_vain("run", request, {"bad_request"});
    }
}

void has_streams_or_refuses(Examination& examination) {
    const Json request{{"count", 2}, {"streams", 2}};
    const Json reply = examination.loaded().ask("run", request);
    if (reply["reply"] == "error") {
        check_error(reply, "run " + request.dump(), {"bad_request"});
        return;
    }
    const protocol::BlockSamples block = parsed([&] { return protocol::block_samples_from(reply); });
    const bool is_whole = block.streams.size() == 2 && block.streams[0].size() == 2 && block.streams[1].size() == 2;
    if (!is_whole) {
        throw Broken(fmt::format("asked for 2 streams of 2 inferences it gives {}", reply["streams"].dump()));
    }
}

}  // namespace

std::vector<Rule> run_rules() {
    return {
        {"run.count", "run with a count makes exactly so many inferences", true, makes_so_many},
        {"run.duration", "run with a duration ends with the first inference after it, within its counts", true,
         keeps_to_the_duration},
        {"run.clock", "samples and wall time are nanoseconds of a monotonic clock, and cover the work", true,
         times_by_a_clock},
        {"run.no_length", "a block of no length is answered with bad_request", true, refuses_no_length},
        {"run.streams", "several streams are all there, or are answered with bad_request", true,
         has_streams_or_refuses},
    };
}

}  // namespace gravbench::conformance
