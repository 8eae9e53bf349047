#include "engines/common/cpu_features.h"

#include <sys/auxv.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace gravbench::engine {

#if defined(__aarch64__)

std::vector<std::string> cpu_features() {
    struct Feature {
        const char* name;
        unsigned long type;
        unsigned long bit;
    };
    // Numbers: Linux, arch/arm64/include/uapi/asm/hwcap.h. Older C libraries do not name all of them.
    static constexpr std::array<Feature, 8> features{{
        {"asimd", AT_HWCAP, 1},
        {"fphp", AT_HWCAP, 9},
        {"asimddp", AT_HWCAP, 20},
        {"asimdfhm", AT_HWCAP, 23},
        {"sve", AT_HWCAP, 22},
        {"sve2", AT_HWCAP2, 1},
        {"i8mm", AT_HWCAP2, 13},
        {"bf16", AT_HWCAP2, 14},
    }};
    std::vector<std::string> found;
    for (const Feature& feature : features) {
        if ((::getauxval(feature.type) >> feature.bit & 1) != 0) {
            found.push_back(feature.name);
        }
    }
    return found;
}

#else

std::vector<std::string> cpu_features() {
    static constexpr std::array<const char*, 9> wanted{
        "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16", "amx_int8"};
    const std::set<std::string> flags = cpu_flags();
    std::vector<std::string> found;
    std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(found),
                 [&](const char* name) { return flags.count(name) != 0; });
    return found;
}

#endif

std::set<std::string> cpu_flags() {
    std::set<std::string> flags;
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line) && flags.empty();) {
        if (line.starts_with("flags") || line.starts_with("Features")) {
            std::istringstream words(line.substr(line.find(':') + 1));
            flags.insert(std::istream_iterator<std::string>(words), {});
        }
    }
    if (flags.count("sve") != 0) {
        constexpr int get_vector_length = 51;  // PR_SVE_GET_VL of Linux, in bytes; its upper half are flags
        flags.insert("sve-bits=" + std::to_string((::prctl(get_vector_length) & 0xffff) * 8));
    }
    return flags;
}

}  // namespace gravbench::engine
