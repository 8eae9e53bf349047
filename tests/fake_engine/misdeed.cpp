#include "fake_engine/misdeed.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "protocol/channel.h"

namespace gravbench::fake_engine {
namespace {

using protocol::channel_descriptor;

[[noreturn]] void sleep_for_ever() {
    for (;;) {
        std::this_thread::sleep_for(std::chrono::hours(1));
    }
}

}  // namespace

void send_text(const std::string& text) {
    for (std::size_t sent = 0; sent < text.size();) {
        const ssize_t written = ::write(channel_descriptor, text.data() + sent, text.size() - sent);
        if (written < 0) {
            std::exit(0);  // The front is gone.
        }
        sent += static_cast<std::size_t>(written);
    }
}

void act(const Json& rule, Json reply, const std::string& path) {
    const auto name = rule.at("do").get<std::string>();
    const std::string text = rule.value("text", "");
    if (!text.empty()) {
        std::printf("%s\n", text.c_str());
        std::fflush(stdout);
    }
    if (name == "abort") {
        std::abort();
    } else if (name == "kill") {
        ::raise(SIGKILL);
    } else if (name == "exit") {
        std::_Exit(rule.value("status", 1));
    } else if (name == "hang") {
        ::signal(SIGTERM, SIG_IGN);
        ::signal(SIGINT, SIG_IGN);
        sleep_for_ever();
    } else if (name == "hang with child") {
        if (::fork() == 0) {
            std::ofstream(path + ".child") << ::getpid() << std::endl;
            sleep_for_ever();
        }
        sleep_for_ever();
    } else if (name == "print for ever") {
        for (;;) {
            std::printf("%s\n", std::string(1000, 'x').c_str());
        }
    } else if (name == "send") {
        send_text(rule.at("line").get<std::string>() + "\n");
    } else if (name == "send nested") {
        const auto depth = rule.at("depth").get<std::size_t>();
        send_text("{\"id\":" + std::string(depth, '[') + std::string(depth, ']') + "}\n");
    } else if (name == "send bytes") {
        std::string line;
        for (const int byte : rule.at("bytes").get<std::vector<int>>()) {
            line += static_cast<char>(byte);
        }
        send_text(line + "\n");
    } else if (name == "send for ever") {
        for (;;) {
            send_text(std::string(1 << 20, 'x'));
        }
    } else if (name == "send half") {
        const std::string whole = reply.dump();
        send_text(whole.substr(0, whole.size() / 2));
        std::_Exit(0);
    } else if (name == "close") {
        ::close(channel_descriptor);
        ::close(channel_descriptor + 1);  // The duplicate that the channel reads from.
        sleep_for_ever();
    } else if (name == "drip") {
        for (const char c : reply.dump() + "\n") {
            send_text(std::string(1, c));
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    } else if (name == "wait") {
        std::this_thread::sleep_for(std::chrono::milliseconds(rule.at("milliseconds").get<int>()));
        send_text(reply.dump() + "\n");
    } else if (name == "error") {
        reply = {
            {"id", reply.at("id")}, {"reply", "error"}, {"code", rule.at("code")}, {"message", rule.at("message")}};
        send_text(reply.dump() + "\n");
    } else if (name == "change") {
        reply.update(rule.at("members"));
        send_text(reply.dump() + "\n");
    } else {
        throw std::runtime_error("no action \"" + name + "\"");
    }
}

}  // namespace gravbench::fake_engine
