#include "fake_host.h"

namespace gravbench::machine {
namespace {

const std::string cpus = "sys/devices/system/cpu/";

void add_cache(FakeHost& host, const std::string& folder, const std::string& level, const std::string& type,
               const std::string& size, const std::string& sharing) {
    host.file(folder + "/level", level + "\n")
        .file(folder + "/type", type + "\n")
        .file(folder + "/size", size + "\n")
        .file(folder + "/shared_cpu_list", sharing + "\n");
}

std::string graviton3_cpuinfo() {
    std::string text;
    for (int cpu = 0; cpu < 4; ++cpu) {
        text += "processor\t: " + std::to_string(cpu) +
                "\n"
                "BogoMIPS\t: 2100.00\n"
                "Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt fcma "
                "lrcpc "
                "dcpop sha3 sm3 sm4 asimddp sha512 sve asimdfhm dit uscat ilrcpc flagm ssbs paca pacg dcpodp svei8mm "
                "svebf16 "
                "i8mm bf16 dgh rng\n"
                "CPU implementer\t: 0x41\n"
                "CPU architecture: 8\n"
                "CPU variant\t: 0x1\n"
                "CPU part\t: 0xd40\n"
                "CPU revision\t: 1\n\n";
    }
    return text;
}

std::string x86_cpuinfo() {
    std::string text;
    for (int cpu = 0; cpu < 4; ++cpu) {
        const std::string core = std::to_string(cpu % 2);
        text += "processor\t: " + std::to_string(cpu) +
                "\n"
                "vendor_id\t: GenuineIntel\n"
                "model name\t: Intel(R) Xeon(R) Platinum 8488C\n"
                "physical id\t: 0\n"
                "siblings\t: 4\n"
                "core id\t\t: " +
                core +
                "\n"
                "flags\t\t: fpu sse2 fma avx2 avx512f avx_vnni avx512_bf16 avx512_vnni amx_bf16 avx512_fp16 amx_tile "
                "amx_int8\n"
                "power management:\n\n";
    }
    return text;
}

}  // namespace

FakeHost& FakeHost::file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root() / path).parent_path());
    write_file(root() / path, text);
    return *this;
}

FakeHost& FakeHost::remove(const std::string& path) {
    std::filesystem::remove_all(root() / path);
    return *this;
}

Self self_on(const std::string& arch, std::vector<int> usable) {
    return {arch, "6.1.0-test", std::move(usable)};
}

void make_graviton3(FakeHost& host) {
    host.file("proc/cpuinfo", graviton3_cpuinfo())
        .file("proc/meminfo", "MemTotal:        7921972 kB\nMemFree:         5801984 kB\n")
        .file("sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2\n")
        .file("sys/devices/virtual/dmi/id/product_name", "c7g.xlarge\n")
        .file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
        .file(cpus + "online", "0-3\n");
    for (int cpu = 0; cpu < 4; ++cpu) {
        const std::string own = std::to_string(cpu);
        host.file(cpus + "cpu" + own + "/topology/thread_siblings_list", own + "\n");
        const std::string cache = cpus + "cpu" + own + "/cache/index";
        add_cache(host, cache + "0", "1", "Data", "64K", own);
        add_cache(host, cache + "1", "1", "Instruction", "64K", own);
        add_cache(host, cache + "2", "2", "Unified", "1024K", own);
        add_cache(host, cache + "3", "3", "Unified", "32768K", "0-3");
    }
}

void make_x86_with_smt(FakeHost& host) {
    host.file("proc/cpuinfo", x86_cpuinfo()).file(cpus + "online", "0-3\n");
    for (int cpu = 0; cpu < 4; ++cpu) {
        const std::string folder = cpus + "cpu" + std::to_string(cpu);
        host.file(folder + "/topology/thread_siblings_list", cpu % 2 == 0 ? "0,2\n" : "1,3\n")
            .file(folder + "/cpufreq/scaling_governor", cpu == 0 ? "performance\n" : "powersave\n");
    }
}

}  // namespace gravbench::machine
