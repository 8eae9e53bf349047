#include <fmt/format.h>

#include <algorithm>

#include "conformance/examination.h"
#include "conformance/rule.h"

namespace gravbench::conformance {
namespace {

void describes_itself(Examination& examination) {
    const protocol::Hello& hello = examination.hello();
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
    const Json reply = examination.shared().ask_for("hello", {{"protocol", protocol::version + 1}});
    const int spoken = parsed([&] { return protocol::hello_from(reply); }).protocol;
    if (spoken != protocol::version) {
        throw Broken(fmt::format("asked for version {}, it says that it speaks {}, and asked for {} it said {}",
                                 protocol::version + 1, spoken, protocol::version, hello.protocol));
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
        {"hello.threads", "threads is what one inference uses, and follows OMP_NUM_THREADS where the engine says so",
         false, counts_its_threads},
    };
}

}  // namespace gravbench::conformance
