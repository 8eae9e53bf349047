#include <fmt/format.h>

#include <fstream>

#include "conformance/examination.h"
#include "conformance/rule.h"

namespace gravbench::conformance {
namespace {

namespace fs = std::filesystem;

void counts_its_memory(Examination& examination) {
    Conversation& conversation = examination.subject().material ? examination.loaded() : examination.shared();
    const Json reply = conversation.ask_for("memory");
    const protocol::Memory memory = parsed([&] { return protocol::memory_from(reply); });
    constexpr std::int64_t least_of_any_program = 256 << 10;
    if (memory.rss_bytes < least_of_any_program || memory.peak_rss_bytes < memory.rss_bytes) {
        throw Broken(
            fmt::format("rss_bytes {} and peak_rss_bytes {}: no process has so little, and none a peak below "
                        "what it has",
                        memory.rss_bytes, memory.peak_rss_bytes));
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

void keeps_the_channel_from_children(Examination& examination) {
    Conversation& conversation = examination.shared();
    conversation.ask_for("hello", {{"protocol", protocol::version}});
    const fs::path process = fmt::format("/proc/{}", conversation.process_id());
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(process / "fd", error)) {
        const bool is_socket = fs::read_symlink(entry.path(), error).string().rfind("socket:", 0) == 0 && !error;
        if (is_socket && !closes_on_exec(process / "fdinfo" / entry.path().filename())) {
            throw Broken(fmt::format("descriptor {} is the channel, and programs that the engine starts inherit it",
                                     entry.path().filename().string()));
        }
    }
    if (error) {
        throw NotChecked("the kernel does not show the engine's descriptors");
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
    if (ending->message != "it ended with exit status 0") {
        throw Broken("after quit " + ending->message);
    }
}

void ends_without_its_front(Examination& examination) {
    const auto conversation = examination.fresh();
    conversation->ask_for("hello", {{"protocol", protocol::version}});
    conversation->hang_up();
    if (!conversation->ending()) {
        throw Broken("its front has closed the channel, and it goes on running");
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
