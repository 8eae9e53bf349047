#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "conformance/examination.h"
#include "conformance/rule.h"

namespace gravbench::conformance {
namespace {

void describes_itself(Examination& examination) {
    const protocol::Hello& hello = examination.hello();
    if (hello.protocol != protocol::version) {
        throw NotChecked("it speaks another protocol version");
    }
    if (hello.engine.name.empty() || hello.engine.version.empty()) {
        throw Broken("\"engine\" has no name or no version");
    }
}

void names_its_version(Examination& examination) {
    const protocol::Hello& hello = examination.hello();
    if (hello.protocol != protocol::version) {
        throw Broken(
            fmt::format("it speaks protocol version {}, and this gravbench {}", hello.protocol, protocol::version));
    }
    constexpr int of_a_far_future = 1 << 30;
    const Json reply = examination.fresh()->ask_for("hello", {{"protocol", of_a_far_future}});
    const int spoken = parsed([&] { return protocol::hello_from(reply); }).protocol;
    if (spoken == of_a_far_future) {
        throw Broken(fmt::format("asked for version {}, it says that it speaks that, and asked for {} it said {}",
                                 of_a_far_future, protocol::version, hello.protocol));
    }
}

bool obeys_threads_of_environment(const protocol::Hello& hello) {
    const auto& settings = hello.environment_settings;
    return !settings || std::find(settings->begin(), settings->end(), "threads") != settings->end();
}

void counts_its_threads(Examination& examination) {
    if (!obeys_threads_of_environment(examination.hello())) {
        throw NotChecked("\"environment_settings\" does not list threads");
    }
    if (std::thread::hardware_concurrency() < 2) {
        throw NotChecked("there is one CPU here");
    }
    const auto conversation = examination.fresh({{"OMP_NUM_THREADS", "2"}});
    const Json reply = conversation->ask_for("hello", {{"protocol", protocol::version}});
    const int threads = parsed([&] { return protocol::hello_from(reply); }).threads;
    if (threads != 2) {
        throw Broken(fmt::format(
            "under OMP_NUM_THREADS=2 it says that an inference uses {} threads, although "
            "\"environment_settings\" {}",
            threads,
            examination.hello().environment_settings ? "lists threads" : "is left out, which means all of them"));
    }
}

}  // namespace

std::vector<Rule> hello_rules() {
    return {
        {"hello.reply", "hello is answered with engine, machine, libraries, threads and settings", false,
         describes_itself},
        {"hello.version", "an engine answers with the protocol version that it speaks, whichever was asked for", false,
         names_its_version},
        {"hello.threads", "the threads that hello gives follow OMP_NUM_THREADS, where the engine says that it obeys it",
         false, counts_its_threads},
    };
}

}  // namespace gravbench::conformance
