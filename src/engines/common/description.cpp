#include "engines/common/description.h"

#include <sys/auxv.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/arm_core.h"
#include "engines/common/cpu_features.h"

namespace gravbench::engine {
namespace {

std::string cpuinfo(const std::string& key) {
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line);) {
        if (line.rfind(key, 0) == 0 && line.find(": ") != std::string::npos) {
            return line.substr(line.find(": ") + 2);
        }
    }
    return "";
}

std::string cpu() {
#if defined(__aarch64__)
    // The kernel, and QEMU's user mode, let a program read the register; /proc/cpuinfo may be another machine's under
    // emulation.
    constexpr unsigned long cpuid_is_readable = 1UL << 11;  // HWCAP_CPUID
    if ((::getauxval(AT_HWCAP) & cpuid_is_readable) != 0) {
        std::uint64_t midr = 0;
        asm("mrs %0, MIDR_EL1" : "=r"(midr));
        return arm_core_name(static_cast<int>(midr >> 24 & 0xFF), static_cast<int>(midr >> 4 & 0xFFF));
    }
#endif
    return cpuinfo("model name");
}

std::string arch() {
    utsname names{};
    return ::uname(&names) == 0 ? names.machine : "unknown";
}

protocol::EngineDescription described_machine() {
    protocol::EngineDescription description;
    description.arch = arch();
    description.cpu = cpu();
    description.features = cpu_features();
    return description;
}

}  // namespace

protocol::Hello hello_of(const std::string& name, const std::string& version) {
    protocol::Hello hello;
    hello.protocol = protocol::version;
    hello.engine = described_machine();
    hello.engine.name = name;
    hello.engine.version = version;
    return hello;
}

int threads_of_environment() {
    const char* const text = std::getenv("OMP_NUM_THREADS");
    const int threads = text == nullptr ? 0 : std::atoi(text);
    return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::optional<std::string> mapped_libraries(const std::set<std::string>& prefixes) {
    std::set<std::string> found;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        const auto slash = line.rfind('/');
        const std::string name = slash == std::string::npos ? "" : line.substr(slash + 1);
        for (const std::string& prefix : prefixes) {
            if (name.rfind(prefix, 0) == 0) {
                found.insert(name);
            }
        }
    }
    std::string text;
    for (const std::string& name : found) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace gravbench::engine
