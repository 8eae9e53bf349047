#include "engines/common/description.h"

#include <sys/auxv.h>
#include <sys/utsname.h>

#include <fstream>

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

}  // namespace

protocol::EngineDescription described_machine() {
    protocol::EngineDescription description;
    description.arch = arch();
    description.cpu = cpu();
    description.features = cpu_features();
    return description;
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
