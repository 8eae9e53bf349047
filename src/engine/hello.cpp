#include "engine/hello.h"

#include <ATen/Config.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <torch/version.h>

#include <fstream>
#include <set>

#include "base/arm_core.h"
#include "engine/cpu_features.h"
#include "engine/load.h"

namespace gravbench::engine {
namespace {

/// The word after `marker` in LibTorch's description of its build: "v3.12.0" after "MKL-DNN ".
std::string word_after(const std::string& text, const std::string& marker) {
    const auto start = text.find(marker);
    if (start == std::string::npos) {
        return "";
    }
    const auto from = start + marker.size();
    return text.substr(from, text.find_first_of(" ,\n", from) - from);
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

/// The file names of the shared libraries in this process that start with one of the prefixes.
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
    return unless_empty(text);
}

std::map<std::string, std::optional<std::string>> libraries() {
    const std::string build = at::show_config();
    std::string onednn = word_after(build, "MKL-DNN ");
    if (!onednn.empty() && onednn[0] == 'v') {
        onednn.erase(0, 1);
    }
    return {{"torch", TORCH_VERSION},
            {"onednn", unless_empty(onednn)},
            {"acl", mapped_libraries({"libarm_compute"})},
            {"blas", unless_empty(word_after(build, "BLAS_INFO="))},
            {"openmp", mapped_libraries({"libgomp", "libomp", "libiomp"})}};
}

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

protocol::Hello describe_self() {
    protocol::Hello hello;
    hello.protocol = protocol::version;
    hello.engine = {"torch", TORCH_VERSION, libraries(), arch(), cpu(), at::get_cpu_capability(), cpu_features()};
    hello.threads = at::get_num_threads();
    hello.settings = supported_settings();
    // All of them are read by LibTorch and what is linked into it, or by the loader, before main.
    hello.environment_settings = {"threads", "fpmath", "lru-cache", "primitive-cache", "thp", "allocator", "isa"};
    return hello;
}

}  // namespace gravbench::engine
