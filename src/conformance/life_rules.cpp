#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "conformance/examination.h"
#include "conformance/rule.h"
#include "protocol/channel.h"

namespace gravbench::conformance {
namespace {

namespace fs = std::filesystem;

/// As the kernel counts it, in bytes; 0 where it does not show it.
std::int64_t resident_bytes(int process) {
    std::ifstream stream(fmt::format("/proc/{}/status", process));
    for (std::string word; stream >> word;) {
        std::int64_t kibibytes = 0;
        if (word == "VmRSS:" && stream >> kibibytes) {
            return kibibytes << 10;
        }
    }
    return 0;
}

void counts_its_memory(Examination& examination) {
    Conversation& conversation = examination.subject().material ? examination.loaded() : examination.shared();
    const Json reply = conversation.ask_for("memory");
    const protocol::Memory memory = parsed([&] { return protocol::memory_from(reply); });
    // The kernel adds up its counters now and then.
    if (memory.peak_rss_bytes + memory.peak_rss_bytes / 10 < memory.rss_bytes) {
        throw Broken(
            fmt::format("peak_rss_bytes, {}, is less than rss_bytes, {}", memory.peak_rss_bytes, memory.rss_bytes));
    }
    const std::int64_t resident = resident_bytes(conversation.process_id());
    if (memory.rss_bytes < resident / 4) {
        throw Broken(fmt::format("rss_bytes is {}, and the kernel counts {} bytes", memory.rss_bytes, resident));
    }
}

/// Octal, as the kernel writes them: "flags:\t02000002".
bool closes_on_exec(const fs::path& descriptor_info) {
    std::ifstream stream(descriptor_info);
    for (std::string word; stream >> word;) {
        if (word == "flags:" && stream >> word) {
            constexpr unsigned long close_on_exec = 02000000;  // O_CLOEXEC on x86-64 and aarch64
            return (std::strtoul(word.c_str(), nullptr, 8) & close_on_exec) != 0;
        }
    }
    return true;  // It is gone.
}

/// The descriptors of a process that are the socket on which it was given its channel.
std::vector<fs::path> channels_of(const fs::path& process) {
    std::error_code error;
    const fs::path socket = fs::read_symlink(process / "fd" / std::to_string(protocol::channel_descriptor), error);
    if (error || socket.string().rfind("socket:", 0) != 0) {
        throw NotChecked("the kernel does not show the engine's channel at descriptor 3");
    }
    std::vector<fs::path> channels;
    for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end; entry.increment(error)) {
        std::error_code gone;
        if (fs::read_symlink(entry->path(), gone) == socket) {
            channels.push_back(entry->path());
        }
    }
    return channels;
}

void keeps_the_channel_from_children(Examination& examination) {
    Conversation& conversation = examination.shared();
    conversation.ask_for("memory");
    const fs::path process = fmt::format("/proc/{}", conversation.process_id());
    for (const fs::path& descriptor : channels_of(process)) {
        if (!closes_on_exec(process / "fdinfo" / descriptor.filename())) {
            throw Broken(fmt::format("descriptor {} is the channel, and programs that the engine starts inherit it",
                                     descriptor.filename().string()));
        }
    }
}

void ends_when_told(Examination& examination) {
    const auto conversation = examination.fresh();
    conversation->ask_for("hello", {{"protocol", protocol::version}});
    conversation->ask_for("quit");
    const auto ending = conversation->ending();
    if (!ending) {
        throw Broken("it answers quit and goes on running");
    }
    if (ending->exit_status != 0) {
        throw Broken("after quit " + ending->message);
    }
}

void ends_without_its_front(Examination& examination) {
    const auto conversation = examination.fresh();
    conversation->ask_for("hello", {{"protocol", protocol::version}});
    conversation->hang_up();
    const auto ending = conversation->ending();
    if (!ending) {
        throw Broken("its front has closed the channel, and it goes on running");
    }
    if (ending->exit_status < 0) {
        throw Broken("its front has closed the channel, and " + ending->message);
    }
}

}  // namespace

std::vector<Rule> life_rules() {
    return {
        {"memory.reply", "memory gives what the process has, and its peak", false, counts_its_memory},
        {"channel.close_on_exec", "programs that an engine starts do not inherit the channel", false,
         keeps_the_channel_from_children},
        {"quit.exit", "an engine answers quit, and exits with status 0", false, ends_when_told},
        {"channel.closed", "an engine exits at the end of the channel: its front is gone", false,
         ends_without_its_front},
    };
}

}  // namespace gravbench::conformance
